//! The browser's half of the preview: requests, and messages to and from the frame.
//!
//! The frame has an opaque origin, so messages to it can't name a target origin; what keeps the document from strangers
//! is that the page's own policy lets the frame hold nothing but our preview document. Messages from it are believed
//! only in what they are for: numbers, and names of files that the page itself listed.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    HtmlElement, HtmlIFrameElement, MessageEvent, ProgressEvent, Window, XmlHttpRequest, XmlHttpRequestResponseType,
};

use super::{Failure, Phase, State, ZOOM};
use crate::wire::{PreviewSource, PreviewTexts};

/// Higher than that a frame is not made, whatever it asks for (a thousand pages at the largest zoom).
const MAX_HEIGHT: f64 = 4_000_000.0;

/// Height of the bar that stays at the top of the window, with some air.
const BAR: f64 = 72.0;

/// A running preview.
#[derive(Clone, Copy)]
pub(super) struct Preview {
    state: State,
}

/// Begins when the page is there: loads the frame, which says when it is ready.
pub(super) fn start(state: State, source: PreviewSource, texts: PreviewTexts) -> Preview {
    let preview = Preview { state };
    Effect::new(move |_| {
        let Some(frame) = state.frame.get() else { return };
        preview.listen(source.clone(), texts.page.clone());
        state.phase.set(Phase::Fetching(0));
        frame.set_src(&source.frame);
    });
    preview
}

impl Preview {
    /// What the buttons for the page before and after do.
    pub(super) fn turn(self) -> impl Fn(i32) + Copy {
        move |step| {
            let pages = self.state.pages.get_untracked();
            let page = self.state.page.get_untracked().saturating_add_signed(step);
            if (1..=pages).contains(&page) {
                self.tell("goto", &[("page", f64::from(page).into())]);
            }
        }
    }

    /// What the buttons for larger and smaller do.
    pub(super) fn resize(self) -> impl Fn(i32) + Copy {
        move |step| {
            let place = self.state.zoom.get_untracked();
            let place = if step < 0 { place.saturating_sub(1) } else { place + 1 };
            if let Some(factor) = ZOOM.get(place) {
                self.state.zoom.set(place);
                self.state.place.set_value(self.place());
                self.tell("zoom", &[("factor", (*factor).into())]);
            }
        }
    }

    fn listen(self, source: PreviewSource, page_text: String) {
        let Some(window) = web_sys::window() else { return };
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let from_frame = self.frame_window().is_some_and(|frame| {
                event
                    .source()
                    .is_some_and(|source| JsValue::from(frame) == JsValue::from(source))
            });
            if from_frame {
                self.hear(&event.data(), &source, &page_text);
            }
        });
        // The preview lives as long as the page.
        let _ = window.add_event_listener_with_callback("message", listener.into_js_value().unchecked_ref());
    }

    fn hear(self, message: &JsValue, source: &PreviewSource, page_text: &str) {
        let number = |name| get(message, name).as_f64().filter(|number| number.is_finite());
        match get(message, "kind").as_string().as_deref() {
            Some("ready") => self.fetch_document(source, page_text.to_owned()),
            Some("opened") => {
                self.state.pages.set(whole(number("pages")));
                self.state.phase.set(Phase::Shown);
            }
            Some("height") => self.set_height(number("height").unwrap_or(0.0)),
            Some("at") => self
                .state
                .page
                .set(whole(number("page")).clamp(1, self.state.pages.get_untracked().max(1))),
            Some("top") => self.scroll_to(number("top").unwrap_or(0.0)),
            Some("file") => self.fetch_file(source, get(message, "name").as_string().unwrap_or_default()),
            Some("failed") => self.state.phase.set(Phase::Failed(
                if get(message, "why").as_string().as_deref() == Some("password") {
                    Failure::Protected
                } else {
                    Failure::Unreadable
                },
            )),
            _ => {}
        }
    }

    fn fetch_document(self, source: &PreviewSource, page_text: String) {
        let size = source.size;
        let progress = move |loaded: f64| {
            // Sizes are below 2^53, so the division is exact enough for a percentage.
            #[expect(clippy::cast_precision_loss, reason = "a percentage")]
            let percent = whole(Some((loaded * 100.0 / (size.max(1) as f64)).min(100.0)));
            self.state.phase.set(Phase::Fetching(percent));
        };
        let done = move |answer: Result<ArrayBuffer, Failure>| match answer {
            Ok(bytes) => {
                self.state.phase.set(Phase::Drawing);
                self.give("open", &bytes, &[("page", page_text.as_str().into())]);
            }
            Err(failure) => self.state.phase.set(Phase::Failed(failure)),
        };
        // A page that says "sign in" instead must not be drawn as if it were the document.
        request(&source.content, Some("application/pdf"), progress, done);
    }

    fn fetch_file(self, source: &PreviewSource, name: String) {
        let Some((_, address)) = source.files.iter().find(|(known, _)| *known == name) else {
            return self.tell("file", &[("name", name.into())]);
        };
        let done = move |answer: Result<ArrayBuffer, Failure>| match answer {
            Ok(bytes) => self.give("file", &bytes, &[("name", name.as_str().into())]),
            Err(_) => self.tell("file", &[("name", name.as_str().into())]),
        };
        request(address, None, |_| {}, done);
    }

    fn set_height(self, height: f64) {
        let Some(frame) = self.state.frame.get_untracked() else {
            return;
        };
        let height = height.clamp(0.0, MAX_HEIGHT).ceil();
        let frame: &HtmlIFrameElement = &frame;
        let element: &HtmlElement = frame;
        let _ = element.style().set_property("height", &format!("{height}px"));
        if let Some(place) = self.state.place.get_value() {
            self.state.place.set_value(None);
            self.scroll_to(place * height);
        }
    }

    /// How far down the document the top of the window is, as a part of the document's height.
    fn place(self) -> Option<f64> {
        let frame = self.state.frame.get_untracked()?;
        let frame: &HtmlIFrameElement = &frame;
        let place = frame.get_bounding_client_rect();
        // Where the document begins below the top, larger pages push nothing away.
        (place.top() < BAR && place.height() > 0.0).then(|| (BAR - place.top()) / place.height())
    }

    /// Scrolls the window to a place in the frame, below the bar.
    fn scroll_to(self, top: f64) {
        if let (Some(frame), Some(window)) = (self.state.frame.get_untracked(), web_sys::window()) {
            let frame: &HtmlIFrameElement = &frame;
            let top = frame.get_bounding_client_rect().top() + top - BAR;
            window.scroll_by_with_x_and_y(0.0, top);
        }
    }

    fn frame_window(self) -> Option<Window> {
        let frame = self.state.frame.get_untracked()?;
        let frame: &HtmlIFrameElement = &frame;
        frame.content_window()
    }

    fn tell(self, kind: &str, values: &[(&str, JsValue)]) {
        if let Some(window) = self.frame_window() {
            let _ = window.post_message(&message(kind, values), "*");
        }
    }

    /// Hands bytes over without a copy.
    fn give(self, kind: &str, bytes: &ArrayBuffer, values: &[(&str, JsValue)]) {
        if let Some(window) = self.frame_window() {
            let message = message(kind, values);
            set(&message, "bytes", bytes);
            let _ = window.post_message_with_transfer(&message, "*", &Array::of1(bytes));
        }
    }
}

/// Fetches bytes. The session goes along by its cookie.
fn request(
    address: &str,
    media_type: Option<&'static str>,
    progress: impl Fn(f64) + 'static,
    done: impl Fn(Result<ArrayBuffer, Failure>) + 'static,
) {
    let Ok(request) = XmlHttpRequest::new() else { return };
    if request.open("GET", address).is_err() {
        return done(Err(Failure::Unreachable));
    }
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| progress(event.loaded()));
    request.set_onprogress(Some(on_progress.into_js_value().unchecked_ref()));
    let ended = request.clone();
    let on_end = Closure::<dyn Fn()>::new(move || done(answer(&ended, media_type)));
    request.set_onloadend(Some(on_end.into_js_value().unchecked_ref()));
    let _ = request.send();
}

/// What a finished request brought. A connection that broke has no status, so half a document is never shown.
fn answer(request: &XmlHttpRequest, media_type: Option<&str>) -> Result<ArrayBuffer, Failure> {
    let status = request.status().unwrap_or(0);
    if status == 0 {
        return Err(Failure::Unreachable);
    }
    let found = request
        .get_response_header("content-type")
        .ok()
        .flatten()
        .unwrap_or_default();
    if status != 200 || media_type.is_some_and(|wanted| !found.starts_with(wanted)) {
        return Err(Failure::Refused);
    }
    let body = request.response().map_err(|_| Failure::Unreachable)?;
    body.dyn_into().map_err(|_| Failure::Unreachable)
}

fn message(kind: &str, values: &[(&str, JsValue)]) -> Object {
    let message = Object::new();
    set(&message, "kind", &kind.into());
    for (name, value) in values {
        set(&message, name, value);
    }
    message
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A fresh plain object refuses nothing.
    let _ = Reflect::set(object, &name.into(), value);
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A count as whole number; nonsense becomes 0 or the largest.
fn whole(number: Option<f64>) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range just before"
    )]
    let whole = number.unwrap_or(0.0).clamp(0.0, f64::from(u32::MAX)) as u32;
    whole
}
