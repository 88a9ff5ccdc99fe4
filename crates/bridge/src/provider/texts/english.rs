//! English.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    language_name: "English",
    mark: "Identification with BankID",
    skip: "Skip to the content",
    title: "Identify yourself to {client}",
    lead: "You identify yourself with BankID to {purpose}.",
    open_phone: "Open BankID on this device",
    open_desktop: "Open BankID on this computer",
    open_again: "Open BankID again",
    use_qr: "Use BankID on another device",
    use_phone: "Use BankID on this device",
    use_desktop: "Use BankID on this computer",
    cancel: "Cancel",
    again: "Try again",
    qr_steps: [
        "Open the BankID app on your phone or tablet.",
        "Tap the QR icon in the app.",
        "Point the camera at the QR code here.",
    ],
    qr_alternative: "QR code to scan with the BankID app",
    qr_help: "Can't scan? Use BankID on the same device as this page instead.",
    starting: "Contacting BankID …",
    troubled: "BankID is not answering right now. We keep trying.",
    time_left: "You have {minutes} minutes.",
    time_left_seconds: "You have {seconds} seconds left.",
    more_time: "Give me more time",
    warning: "Has somebody called or written to you and asked you to identify yourself? Then cancel.",
    awaiting_return_title: "Come back here from BankID",
    awaiting_return: "You approved in the BankID app, but it has not sent you back to this browser. For safety we can't \
        let you in then. Use BankID on another device, or open the page in your phone's usual browser and start over.",
    complete: "Done! You are being sent on.",
    continue_: "Continue",
    finished_title: "Done",
    finished: "You have gone on in another tab. You can close this one.",
    failed_title: "You are not identified yet",
    elsewhere_title: "Go back to the browser where you began",
    elsewhere: "BankID opened this page in another browser than the one you began in. Go back to that one and continue \
        there. You can close this page.",
    gone_title: "This identification is no longer here",
    gone: "It may have taken too long, or was begun in another browser. Go back to the service that you came from and \
        start over.",
    busy_title: "Too many attempts right now",
    busy_address: "Many identifications were begun from your internet connection. Wait a minute and try again.",
    busy_everybody: "Many people are identifying themselves at once. Wait a minute and try again.",
    untrusted_title: "This link can't be used",
    untrusted: "The service that sent you here is not known, or the link is wrong. Go back and try again. Contact the \
        service if it keeps happening.",
    not_found_title: "There is no such page",
    not_found: "Go back to the service that you came from.",
    refused_title: "That could not be done",
    refused: "Your browser says that you did not come from our own page. Go back to the service and start over.",
    error_title: "Something went wrong on our side",
    error: "Try again in a while. If it keeps happening, contact the service that you came from and give the number \
        below.",
    signed_out_title: "You are signed out",
    signed_out: "Close the browser if other people use this computer too.",
    request: "Reference number",
};
