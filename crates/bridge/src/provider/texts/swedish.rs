//! Swedish, in plain language.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    language_name: "Svenska",
    mark: "Legitimering med BankID",
    skip: "Hoppa till innehållet",
    title: "Legitimera dig hos {client}",
    lead: "Du legitimerar dig med BankID för att {purpose}.",
    open_phone: "Öppna BankID på den här enheten",
    open_desktop: "Öppna BankID på den här datorn",
    open_again: "Öppna BankID igen",
    use_qr: "Använd BankID på en annan enhet",
    use_phone: "Använd BankID på den här enheten",
    use_desktop: "Använd BankID på den här datorn",
    cancel: "Avbryt",
    again: "Försök igen",
    qr_steps: [
        "Öppna BankID-appen på din telefon eller surfplatta.",
        "Tryck på QR-ikonen i appen.",
        "Rikta kameran mot QR-koden här.",
    ],
    qr_alternative: "QR-kod att skanna med BankID-appen",
    qr_help: "Kan du inte skanna? Använd BankID på samma enhet som den här sidan i stället.",
    starting: "Vi kontaktar BankID …",
    troubled: "BankID svarar inte just nu. Vi fortsätter att försöka.",
    time_left: "Du har {minutes} minuter på dig.",
    time_left_seconds: "Du har {seconds} sekunder kvar.",
    more_time: "Ge mig mer tid",
    warning: "Har någon ringt eller skrivit till dig och bett dig att legitimera dig? Avbryt då.",
    awaiting_return_title: "Gå tillbaka hit från BankID",
    awaiting_return: "Du har godkänt i BankID-appen, men den har inte skickat dig tillbaka till den här webbläsaren. \
        Av säkerhetsskäl kan vi då inte släppa in dig. Använd BankID på en annan enhet, eller öppna sidan i telefonens \
        vanliga webbläsare och börja om.",
    complete: "Klart! Du skickas vidare.",
    continue_: "Fortsätt",
    finished_title: "Klart",
    finished: "Du har fortsatt i en annan flik. Den här kan du stänga.",
    failed_title: "Legitimeringen blev inte klar",
    elsewhere_title: "Gå tillbaka till webbläsaren där du började",
    elsewhere: "BankID öppnade den här sidan i en annan webbläsare än den du började i. Gå tillbaka till den, så \
        fortsätter du där. Den här sidan kan du stänga.",
    gone_title: "Legitimeringen finns inte kvar",
    gone: "Den kan ha tagit för lång tid, eller ha påbörjats i en annan webbläsare. Gå tillbaka till tjänsten som du \
        kom från och börja om.",
    busy_title: "För många försök just nu",
    busy_address: "Det har påbörjats många legitimeringar från din internetanslutning. Vänta en minut och försök igen.",
    busy_everybody: "Många legitimerar sig samtidigt. Vänta en minut och försök igen.",
    untrusted_title: "Länken går inte att använda",
    untrusted: "Tjänsten som skickade dig hit är inte känd här, eller så är länken felaktig. Gå tillbaka och försök \
        igen. Kontakta tjänsten om felet är kvar.",
    not_found_title: "Sidan finns inte",
    not_found: "Gå tillbaka till tjänsten som du kom från.",
    refused_title: "Det gick inte att göra",
    refused: "Webbläsaren säger att du inte kom från vår egen sida. Gå tillbaka till tjänsten och börja om.",
    error_title: "Något gick fel hos oss",
    error: "Försök igen om en stund. Kontakta tjänsten som du kom från om felet är kvar, och uppge numret här under.",
    signed_out_title: "Du är utloggad",
    signed_out: "Stäng webbläsaren om du använder en dator som andra också använder.",
    request: "Ärendenummer",
};
