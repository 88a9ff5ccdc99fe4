//! What single pages, and the letter, say and leave out.

use app::page::staff::{protocol_page, sent_messages_page};
use app::page::{
    MailProblem, RefusedMail, SessionsOf, Shown, ShownExtracts, TermsProblem, case_history_page, data_protection,
    document_page, inbox_page, landing_page, own_mail_page, own_request_page, rights_page, sessions_page,
    sign_ins_page, terms_page, your_data_page,
};
use app::{Assets, Audience, ErrorPage, Language, Letter, error_page, letter};
use portal::Preview;

use crate::{count, samples, staff};

#[test]
fn the_landing_page_has_one_button_for_each_way_in() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/", Audience::Visitor);
    let html = landing_page(&layout, &samples::providers(), None).html;
    assert_eq!(count(&html, "<form method=\"post\" action=\"/sign-in/bankid\">"), 1);
    assert!(html.contains("Logga in med BankID"));
}

#[test]
fn the_landing_page_tells_which_way_in_was_used_last_and_which_seems_to_be_down() {
    for (language, used, down) in [
        (
            Language::Swedish,
            "Du använde det här sättet senast på den här enheten.",
            "BankID verkar inte fungera just nu. Du kan prova ändå",
        ),
        (
            Language::English,
            "You used this way last on this device.",
            "BankID does not seem to be working right now. You can try all the same",
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/", Audience::Visitor);
        let html = landing_page(&layout, &samples::chooser(), None).html;
        // The words belong to their button also for whoever only hears the page.
        assert_eq!(count(&html, "aria-describedby=\"freja-used\""), 1);
        assert!(html.contains(&format!("<p id=\"freja-used\">{used}</p>")), "{html}");
        assert_eq!(count(&html, "aria-describedby=\"bankid-down\""), 1);
        assert!(
            html.contains("<p id=\"bankid-down\" class=\"down\">") && html.contains(down),
            "{html}"
        );
        // Both can be used; one is the main action.
        assert_eq!(count(&html, "<form method=\"post\" action=\"/sign-in/"), 2);
        assert_eq!(count(&html, "class=\"button quiet\""), 1);
        let one = landing_page(&layout, &samples::providers(), None).html;
        assert!(!one.contains("aria-describedby") && !one.contains("button quiet"));
    }
}

#[test]
fn a_case_names_both_of_two_who_decided_on_its_rules_and_nobody_where_no_name_is_known() {
    for (language, named, unnamed) in [
        (
            Language::Swedish,
            "Handläggarna Anna-Stina Överförmyndare-Öhrström och Karin Åkerström vid ",
            "En handläggare vid ",
        ),
        (
            Language::English,
            "Anna-Stina Överförmyndare-Öhrström and Karin Åkerström, staff members of ",
            "A staff member of ",
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/", Audience::Recipient);
        let html = case_history_page(&layout, &samples::named_history(), samples::NOW).html;
        assert_eq!((count(&html, named), count(&html, unnamed)), (1, 1), "{html}");
        assert_eq!(count(&html, "Karin Åkerström"), 5, "{html}");
        let html = case_history_page(&layout, &samples::history(), samples::NOW).html;
        assert_eq!((count(&html, named), count(&html, "Karin")), (0, 0), "{html}");
    }
}

#[test]
fn the_inbox_marks_what_is_new_and_what_is_soon_gone() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/inbox", Audience::Recipient);
    let html = inbox_page(
        &layout,
        None,
        &[],
        &samples::inbox(),
        samples::NOW,
        &samples::time_zone(),
    )
    .html;
    assert_eq!(count(&html, ">Ny</strong>"), 2);
    assert_eq!(count(&html, "left soon"), 2);
    assert!(html.contains("försvinner om 3\u{a0}dagar"), "{html}");
    assert!(html.contains("kan läsas till och med 22\u{a0}december 2026"));
}

#[test]
fn a_case_whose_number_does_not_open_is_shown_with_words_in_its_place() {
    let assets = Assets::default();
    for (language, words) in [
        (Language::Swedish, "Mottagaren kan inte visas"),
        (Language::English, "The recipient can’t be shown"),
    ] {
        let layout = samples::layout(language, &assets, "/staff/cases", Audience::StaffVisitor);
        let (now, zone) = (samples::NOW, samples::time_zone());
        let html = sent_messages_page(&layout, &staff::cases::sent(), true, false, None, now, &zone).html;
        assert_eq!(count(&html, words), 1, "{html}");
        assert_eq!(count(&html, "20000101-2384"), 1, "{html}");
    }
}

#[test]
fn a_sign_in_is_told_in_words_and_ended_by_a_form_unless_it_is_this_one_or_has_no_name() {
    let sessions = samples::sessions();
    let (now, zone) = (samples::NOW, samples::time_zone());
    for (language, words) in [
        (
            Language::Swedish,
            [
                "Firefox på Windows",
                "Samsung Internet på Android",
                "Safari på Mac eller iPad",
                "Okänd webbläsare på iPhone",
                "Chrome på okänd enhet",
                ">Okänd enhet<",
                "Inloggad i dag kl.\u{a0}09.18",
                "Inloggad 21\u{a0}november 2026 kl.\u{a0}16.50",
            ],
        ),
        (
            Language::English,
            [
                "Firefox on Windows",
                "Samsung Internet on Android",
                "Safari on a Mac or iPad",
                "Unknown web browser on iPhone",
                "Chrome on an unknown device",
                ">Unknown device<",
                "Signed in today at\u{a0}09:18",
                "Signed in 21\u{a0}November 2026 at\u{a0}16:50",
            ],
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/sessions", Audience::Recipient);
        let html = sessions_page(&layout, SessionsOf::Recipient, &sessions, None, now, &zone).html;
        for text in words {
            assert!(html.contains(text), "{text} in {html}");
        }
        assert_eq!(count(&html, "/end\""), 4);
        assert_eq!(count(&html, "action=\"/sessions/end-others\""), 1);
        assert!(!html.contains(&format!("/sessions/{}/end", sessions[0].id.unwrap())));
        let alone = sessions_page(&layout, SessionsOf::Recipient, &sessions[..1], None, now, &zone).html;
        assert_eq!(count(&alone, "action=\"/sessions/"), 0);
    }
}

#[test]
fn what_is_unusual_of_a_sign_in_is_marked_and_each_but_this_one_can_be_reported_once() {
    let mut sign_ins = samples::past_sign_ins();
    let (now, zone) = (samples::NOW, samples::time_zone());
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/sign-ins", Audience::Recipient);
    let html = sign_ins_page(&layout, &sign_ins, None, now, &zone).html;
    assert!(
        html.contains("En inloggning skiljer sig från dina tidigare. Var det du?"),
        "{html}"
    );
    assert_eq!(count(&html, "class=\"new unusual\""), 2, "{html}");
    assert_eq!(count(&html, "/report\""), 3, "{html}");
    assert!(
        html.contains("Anmäld av dig 20\u{a0}november 2026") && html.contains("mailto:"),
        "{html}"
    );
    sign_ins.sign_ins.truncate(1);
    let alone = sign_ins_page(&layout, &sign_ins, None, now, &zone).html;
    assert_eq!(count(&alone, "/report\""), 0);
    assert!(
        alone.contains("Ingen av dem sticker ut") && !alone.contains("loggas du ut överallt"),
        "{alone}"
    );
}

#[test]
fn a_document_can_be_downloaded_whatever_it_is_and_opened_only_when_it_is_safe() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/inbox", Audience::Recipient);
    for (shown, opens) in [
        (Shown::Pdf, true),
        (Shown::Image, true),
        (Shown::TooLarge, false),
        (Shown::Nothing, false),
    ] {
        let document = samples::document("Beslut.pdf", "application/pdf", 248_300);
        let html = document_page(&layout, &document, &shown, samples::NOW, &samples::time_zone()).html;
        let content = format!("/documents/{}/content", document.summary.id);
        assert!(html.contains(&format!("href=\"{content}?download\"")), "{shown:?}");
        assert_eq!(html.contains(&format!("href=\"{content}\"")), opens, "{shown:?}");
        assert!(html.contains("ligger kvar på din enhet"), "{shown:?}");
    }
    assert_eq!(Preview::of("text/html"), Preview::None);
}

#[test]
fn a_refusal_names_the_request_only_when_somebody_can_do_something_about_it() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/", Audience::Visitor);
    let request = layout.request.to_string();
    assert!(error_page(&layout, ErrorPage::Internal).html.contains(&request));
    // The same bytes for what is not there and for what is somebody else's, whichever request asked.
    assert!(!error_page(&layout, ErrorPage::NotFound).html.contains(&request));
}

#[test]
fn the_letter_names_the_portal_and_the_sender_and_holds_no_link() {
    let zone = samples::time_zone();
    let text = letter(&Letter {
        organisation: "Region Mellanvik",
        portal: "post.example.se",
        expires_at: samples::case().expires_at,
        time_zone: &zone,
    });
    assert_eq!(count(&text, "Region Mellanvik"), 4);
    assert_eq!(count(&text, "post.example.se"), 2);
    assert!(text.contains("22\u{a0}december 2026") && text.contains("22\u{a0}December 2026"));
    assert!(!text.contains("http"));
}

#[test]
fn the_operators_address_on_the_page_on_data_protection_leads_to_a_mail() {
    let facts = samples::data_protection();
    for language in Language::ALL {
        let mut layout = samples::layout(language, &Assets::default(), "/data-protection", Audience::Visitor);
        let html = data_protection(&layout, &facts).html;
        let link = "<a href=\"mailto:tillganglighet@exempelstad.se\">tillganglighet@exempelstad.se</a>";
        assert_eq!(count(&html, link), 1, "{html}");
        assert_eq!(count(&html, "tillganglighet@exempelstad.se"), 2, "{html}");
        layout.contact = None;
        assert_eq!(count(&data_protection(&layout, &facts).html, "mailto:"), 0);
    }
}

#[test]
fn what_an_extract_holds_is_told_by_whether_the_terms_are_accepted() {
    let (now, zone, extracts) = (samples::NOW, samples::time_zone(), samples::extracts());
    for (language, all, less) in [
        (
            Language::Swedish,
            "och alla meddelanden och dokument som du kan läsa",
            "Meddelanden och dokument är inte med förrän du har godkänt villkoren.",
        ),
        (
            Language::English,
            "and all messages and documents that you can read",
            "Messages and documents are not in it until you have accepted the terms.",
        ),
    ] {
        let layout = samples::layout(language, &Assets::default(), "/your-data", Audience::Recipient);
        for accepted in [true, false] {
            let shown = ShownExtracts {
                ordered: &extracts,
                by_organisations: &[],
            };
            let html = your_data_page(&layout, shown, None, accepted, None, now, &zone).html;
            let told = (html.contains(all), html.contains(less));
            assert_eq!(told, (accepted, !accepted), "{html}");
        }
    }
}

#[test]
fn the_command_that_checks_a_protocol_stands_as_code_and_leads_to_the_keys() {
    let protocol = staff::protocols::protocol().unwrap();
    for (language, before, after) in [
        (
            Language::Swedish,
            "Kontrollera en fil med kommandot ",
            " och <a href=\"/.well-known/postvalv-signing-keys.json\">de publika nycklarna</a>. Det",
        ),
        (
            Language::English,
            "Check a file with the command ",
            " and <a href=\"/.well-known/postvalv-signing-keys.json\">the public keys</a>. It",
        ),
    ] {
        let layout = samples::layout(
            language,
            &Assets::default(),
            "/staff/protocols/2",
            Audience::StaffVisitor,
        );
        let html = protocol_page(&layout, protocol.signed(), &samples::time_zone()).html;
        let code = "<code class=\"code\">postvalv protocol verify</code>";
        let (lead, rest) = html.split_once(code).unwrap();
        let plain = |html: &str| html.replace("<!>", "");
        assert!(
            plain(lead).ends_with(before) && plain(rest).starts_with(after),
            "{html}"
        );
    }
}

#[test]
fn whoever_is_refused_or_gets_no_answer_is_told_where_to_complain() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/rights/x", Audience::Recipient);
    let late = "<span class=\"state bad\">Försenad";
    let told: Vec<_> = samples::own_requests()
        .iter()
        .map(|request| own_request_page(&layout, request, samples::NOW, None).html)
        .map(|html| (html.contains("href=\"https://www.imy.se/\""), html.contains(late)))
        .collect();
    // In hand until today, granted, declined, granted, and one that should have been answered.
    let expected = [
        (false, false),
        (false, false),
        (true, false),
        (false, false),
        (true, true),
    ];
    assert_eq!(told, expected);
    let (requests, terms, zone) = (samples::own_requests(), samples::no_terms(), samples::time_zone());
    let html = rights_page(&layout, &requests, &terms, samples::NOW, &zone, None).html;
    assert_eq!(count(&html, late), 1, "{html}");
}

#[test]
fn a_box_that_was_not_ticked_is_marked_and_says_what_was_wrong() {
    let layout = samples::layout(Language::Swedish, &Assets::default(), "/terms", Audience::Recipient);
    let terms = |problem| terms_page(&layout, &samples::terms(), false, false, problem).html;
    let mails = samples::own_mails();
    let (_, mail, _) = mails.iter().find(|(name, ..)| *name == "none").unwrap();
    let mail = |problem: Option<MailProblem>| {
        let refused = problem.map(|problem| RefusedMail {
            problem,
            address: "anna@example.se".to_owned(),
        });
        own_mail_page(&layout, mail, &samples::time_zone(), refused.as_ref(), None).html
    };
    for (name, wrong, right) in [
        ("accepted", terms(Some(TermsProblem::NotTicked)), terms(None)),
        ("agreed", mail(Some(MailProblem::NotTicked)), mail(None)),
    ] {
        let marked = format!("aria-describedby=\"{name}-problem\" aria-invalid=\"true\"");
        let said = format!("<p id=\"{name}-problem\" class=\"problem\">Kryssa i rutan");
        assert!(wrong.contains(&marked) && wrong.contains(&said), "{wrong}");
        assert_eq!(count(&wrong, "class=\"tick wrong\""), 1, "{wrong}");
        assert_eq!(count(&wrong, "Kryssa i rutan"), 1, "{wrong}");
        assert!(
            !right.contains("aria-invalid") && !right.contains("Kryssa i rutan"),
            "{right}"
        );
    }
}

/// The page with that name among those of staff.
fn of_staff(language: Language, name: &str) -> Option<String> {
    let pages = staff::pages(language, &Assets::default());
    let page = pages.into_iter().find(|(it, _)| *it == format!("staff-{name}"));
    page.map(|(_, page)| page.html)
}

#[test]
fn an_effect_says_what_is_counted_in_what_and_what_its_button_does() {
    let asked = of_staff(Language::Swedish, "retention-effect").unwrap();
    let saved = of_staff(Language::Swedish, "retention-effect-more-goes").unwrap();
    for html in [&asked, &saved] {
        let earlier = html
            .split("class=\"card\"")
            .find(|card| card.contains("försvinner tidigare än annars"));
        let earlier = earlier.unwrap();
        for told in [
            "1204 dokument i 966 meddelanden",
            "Det som försvinner i dag är inräknat.",
            "Av dem är 4 dokument i 3 meddelanden spärrade.",
        ] {
            assert!(earlier.contains(told), "{told} in {earlier}");
        }
    }
    let (ask, save) = (
        "<button class=\"button\">Lämna för godkännande",
        "<button class=\"button danger\">Spara reglerna",
    );
    let approved = "En annan administratör måste godkänna den här ändringen.";
    for (html, is_asked) in [(asked, true), (saved, false)] {
        let told = [ask, approved, save].map(|words| html.contains(words));
        assert_eq!(told, [is_asked, is_asked, !is_asked], "{html}");
    }
}

#[test]
fn a_case_that_can_not_be_extended_any_further_says_why() {
    for (language, words) in [
        (Language::Swedish, "Det går inte att förlänga ärendet mer."),
        (Language::English, "The case can’t be extended any further."),
    ] {
        let html = |name| of_staff(language, name).unwrap();
        let fully = html("case-extended-fully");
        assert!(fully.contains(words) && !fully.contains("/extend\""), "{fully}");
        // Of what is gone nothing needs saying, and whoever may not extend is told nothing of it.
        for other in ["case", "case-gone", "case-of-sender"] {
            assert!(!html(other).contains(words), "{other}");
        }
    }
}

#[test]
fn a_change_above_the_ceiling_can_be_withdrawn_alone_and_says_why() {
    for (language, words) in [
        (
            Language::Swedish,
            "Den som driver portalen har sänkt det längsta som något får finnas kvar till 180 dagar.",
        ),
        (
            Language::English,
            "The operator of the portal has lowered the longest that anything may be kept to 180 days.",
        ),
    ] {
        let offers = |name: &str| {
            let html = of_staff(language, name).unwrap();
            let forms = ["approve", "withdraw"].map(|act| html.contains(&format!("/staff/retention/pending/{act}\"")));
            let until = ["Den kan godkännas före", "It can be approved before"];
            let until = until.iter().any(|words| html.contains(words));
            (forms, until, html.contains(words), html.contains("role=\"alert\""))
        };
        assert_eq!(offers("retention-pending"), ([true, true], true, false, false));
        assert_eq!(offers("retention-pending-above"), ([false, true], false, true, false));
        assert_eq!(
            offers("retention-pending-above-refused"),
            ([false, true], false, true, true)
        );
    }
}

#[test]
fn what_can_not_be_undone_has_a_button_that_warns() {
    for (name, button) in [
        ("request-wrong-cases", "<button class=\"button danger\">Radera"),
        (
            "request-rectification",
            "<button class=\"button\">Svara att det är gjort",
        ),
        ("hold", "<button class=\"button danger\">Häv spärren"),
    ] {
        let html = of_staff(Language::Swedish, name).unwrap();
        assert!(html.contains(button), "{name}: {html}");
    }
}

#[test]
fn staff_read_of_a_request_that_it_is_somebody_elses() {
    for (language, own, words) in [
        (Language::Swedish, "din begäran", "sedan raderas begäran och svaret"),
        (
            Language::English,
            "your request",
            "then the request and the answer are deleted",
        ),
    ] {
        let html = of_staff(language, "request-declined").unwrap();
        assert!(html.contains(words) && !html.contains(own), "{html}");
    }
}

#[test]
fn a_hold_that_was_lifted_is_marked_and_asks_for_no_review() {
    let [standing, lifted, restored] =
        ["hold", "hold-lifted", "hold-restored"].map(|name| of_staff(Language::Swedish, name).unwrap());
    let mark = "<span class=\"state\">Hävd</span>";
    assert!(lifted.contains(mark) && restored.contains(mark) && !standing.contains(mark));
    assert!(
        restored.contains("återställdes ur portalens liggare") && !restored.contains("Ompröva spärren"),
        "{restored}"
    );
    let restored = of_staff(Language::Swedish, "hold-restored-standing").unwrap();
    assert!(restored.contains("gick förlorat. Ompröva spärren."), "{restored}");
    assert!(standing.contains("Lades från ärendet") && lifted.contains("Ärendets nummer"));
}

#[test]
fn what_falls_due_is_announced_only_where_something_does() {
    let told = [
        "Så många dokument försvinner",
        "Inga dokument försvinner",
        "går inte att visa just nu",
    ];
    for (name, expected) in [
        ("retention", [true, false, false]),
        ("retention-seen", [false, true, false]),
        ("retention-busy", [false, false, true]),
    ] {
        let html = of_staff(Language::Swedish, name).unwrap();
        assert_eq!(told.map(|words| html.contains(words)), expected, "{html}");
        // What is held and what holds is told whether or not what falls due is.
        assert!(html.contains("id=\"rules\""), "{html}");
    }
}
