//! What kind of device a person signed in from, as far as their browser says: the family of the browser and of the
//! system, for the person to recognise it by. The header itself is kept nowhere.

/// A family of browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BrowserFamily {
    /// Google Chrome, and the many that say they are.
    Chrome,
    /// Microsoft Edge.
    Edge,
    /// Mozilla Firefox.
    Firefox,
    /// Apple Safari.
    Safari,
    /// Samsung Internet.
    SamsungInternet,
    /// Opera.
    Opera,
    /// Any other, or one that says nothing.
    Unknown,
}

/// A family of systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SystemFamily {
    /// Android, on a phone or a tablet.
    Android,
    /// iOS on an iPhone.
    Iphone,
    /// iPadOS that says so.
    Ipad,
    /// macOS.
    Mac,
    /// macOS, or iPadOS that asks for pages made for a desktop, as it does unless told otherwise.
    MacOrIpad,
    /// Windows.
    Windows,
    /// Linux.
    Linux,
    /// ChromeOS.
    ChromeOs,
    /// Any other, or one that says nothing.
    Unknown,
}

/// What kind of device a person signed in from. A browser may say what it likes, so it helps to recognise a device and
/// proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Device {
    /// The browser.
    pub browser: BrowserFamily,
    /// What the browser runs on.
    pub system: SystemFamily,
}

/// Each family with what it is stored as, which never changes its meaning.
const BROWSERS: [(BrowserFamily, u8); 7] = [
    (BrowserFamily::Unknown, 0),
    (BrowserFamily::Chrome, 1),
    (BrowserFamily::Edge, 2),
    (BrowserFamily::Firefox, 3),
    (BrowserFamily::Safari, 4),
    (BrowserFamily::SamsungInternet, 5),
    (BrowserFamily::Opera, 6),
];

/// As [`BROWSERS`].
const SYSTEMS: [(SystemFamily, u8); 9] = [
    (SystemFamily::Unknown, 0),
    (SystemFamily::Android, 1),
    (SystemFamily::Iphone, 2),
    (SystemFamily::Ipad, 3),
    (SystemFamily::Mac, 4),
    (SystemFamily::MacOrIpad, 5),
    (SystemFamily::Windows, 6),
    (SystemFamily::Linux, 7),
    (SystemFamily::ChromeOs, 8),
];

impl Device {
    /// A device of which nothing is known.
    pub const UNKNOWN: Self = Self {
        browser: BrowserFamily::Unknown,
        system: SystemFamily::Unknown,
    };

    /// The device that a `User-Agent` header (RFC 9110 section 10.1.5) speaks of; unknown where it says nothing that is
    /// known.
    #[must_use]
    pub fn of(user_agent: &str) -> Self {
        Self {
            browser: browser(user_agent),
            system: system(user_agent),
        }
    }

    /// Two bytes whatever the device, so that the sealed value's length says nothing.
    pub(crate) fn to_bytes(self) -> [u8; 2] {
        let browser = BROWSERS.iter().find(|(family, _)| *family == self.browser);
        let system = SYSTEMS.iter().find(|(family, _)| *family == self.system);
        [
            browser.map_or(0, |(_, number)| *number),
            system.map_or(0, |(_, number)| *number),
        ]
    }

    /// What [`Self::to_bytes`] wrote; families that a later version may have added are unknown.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let &[browser, system] = bytes else {
            return Self::UNKNOWN;
        };
        let browser = BROWSERS.iter().find(|(_, number)| *number == browser);
        let system = SYSTEMS.iter().find(|(_, number)| *number == system);
        Self {
            browser: browser.map_or(BrowserFamily::Unknown, |(family, _)| *family),
            system: system.map_or(SystemFamily::Unknown, |(family, _)| *family),
        }
    }
}

/// Browsers name their forerunners too (Edge says Chrome and Safari), so the first that fits is the one.
fn browser(user_agent: &str) -> BrowserFamily {
    let says = |names: &[&str]| names.iter().any(|name| user_agent.contains(name));
    if says(&["Edg/", "EdgA/", "EdgiOS/"]) {
        BrowserFamily::Edge
    } else if says(&["OPR/", "OPT/", "OPiOS/"]) {
        BrowserFamily::Opera
    } else if says(&["SamsungBrowser/"]) {
        BrowserFamily::SamsungInternet
    } else if says(&["Firefox/", "FxiOS/"]) {
        BrowserFamily::Firefox
    } else if says(&["Chrome/", "CriOS/"]) {
        BrowserFamily::Chrome
    } else if says(&["Version/"]) && says(&["Safari/"]) {
        BrowserFamily::Safari
    } else {
        BrowserFamily::Unknown
    }
}

/// What runs on iOS calls itself a Mac's when it asks for pages made for a desktop; Chrome's and Firefox' own engines run
/// on no iPad.
fn system(user_agent: &str) -> SystemFamily {
    let says = |name: &str| user_agent.contains(name);
    if says("iPhone") {
        SystemFamily::Iphone
    } else if says("iPad") {
        SystemFamily::Ipad
    } else if says("Android") {
        SystemFamily::Android
    } else if says("Windows NT") {
        SystemFamily::Windows
    } else if says("CrOS ") {
        SystemFamily::ChromeOs
    } else if says("Macintosh") {
        if says("Chrome/") || says("Firefox/") {
            SystemFamily::Mac
        } else {
            SystemFamily::MacOrIpad
        }
    } else if says("Linux") {
        SystemFamily::Linux
    } else {
        SystemFamily::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_by_what_its_browser_says() {
        use BrowserFamily as B;
        use SystemFamily as S;
        let webkit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let blink = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, browser, system) in [
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {blink} Chrome/131.0.0.0 Safari/537.36"),
                B::Chrome,
                S::Windows,
            ),
            (
                format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {blink} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"
                ),
                B::Edge,
                S::Windows,
            ),
            (
                format!("Mozilla/5.0 (X11; Linux x86_64) {blink} Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0"),
                B::Opera,
                S::Linux,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".to_owned(),
                B::Firefox,
                S::Linux,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0".to_owned(),
                B::Firefox,
                S::Mac,
            ),
            (
                format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {blink} Chrome/131.0.0.0 Safari/537.36"),
                B::Chrome,
                S::Mac,
            ),
            (
                format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {webkit} Version/18.1 Safari/605.1.15"),
                B::Safari,
                S::MacOrIpad,
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {webkit} CriOS/131.0.6778.73 Version/11.1.1 Safari/605.1.15"
                ),
                B::Chrome,
                S::MacOrIpad,
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {webkit} Version/18.1 Mobile/15E148 Safari/604.1"
                ),
                B::Safari,
                S::Iphone,
            ),
            (
                format!(
                    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) {webkit} FxiOS/133.0 Mobile/15E148 Safari/605.1.15"
                ),
                B::Firefox,
                S::Ipad,
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 14; SM-S921B) {blink} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"
                ),
                B::SamsungInternet,
                S::Android,
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 10; K) {blink} Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.0.0"
                ),
                B::Edge,
                S::Android,
            ),
            (
                format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {blink} Chrome/131.0.0.0 Safari/537.36"),
                B::Chrome,
                S::ChromeOs,
            ),
            (
                format!("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {webkit} Mobile/15E148"),
                B::Unknown,
                S::Iphone,
            ),
            ("curl/8.5.0".to_owned(), B::Unknown, S::Unknown),
            (String::new(), B::Unknown, S::Unknown),
            ("Chrome Safari <script>".to_owned(), B::Unknown, S::Unknown),
        ] {
            assert_eq!(Device::of(&user_agent), Device { browser, system }, "{user_agent}");
        }
    }

    #[test]
    fn every_device_is_read_back_as_it_was_stored() {
        let (mut browsers, mut systems) = (Vec::new(), Vec::new());
        for (browser, _) in BROWSERS {
            for (system, _) in SYSTEMS {
                let device = Device { browser, system };
                assert_eq!(Device::from_bytes(&device.to_bytes()), device);
                browsers.push(device.to_bytes()[0]);
                systems.push(device.to_bytes()[1]);
            }
        }
        browsers.sort_unstable();
        browsers.dedup();
        systems.sort_unstable();
        systems.dedup();
        assert_eq!((browsers.len(), systems.len()), (BROWSERS.len(), SYSTEMS.len()));
    }

    #[test]
    fn what_was_stored_by_a_later_version_is_unknown() {
        for bytes in [&[][..], &[1], &[200, 200], &[1, 1, 1]] {
            assert_eq!(Device::from_bytes(bytes), Device::UNKNOWN);
        }
    }
}
