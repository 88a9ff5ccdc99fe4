### Vad som har hänt med ett ärende, och alla inloggningar: personens egen insyn.

history-link = Vem har öppnat?
history-title = Vem har öppnat?
history-lead = Här ser du när du har öppnat det som { $organisation } har skickat till dig. Samma dokument kan ha skickats till fler. Vad de gör visas inte för dig, och vad du gör visas inte för dem.
history-staff = Handläggare vid { $organisation } ser att det är skickat och om du har öppnat det. De kan inte öppna dokumenten i portalen.
history-sent = Ett it-system hos { $organisation } skickade ”{ $title }” till dig
history-notified = Ett mejl om att ”{ $title }” väntar skickades till dig
history-rules = { $who } ändrade reglerna för hur länge saker sparas. ”{ $title }” följer de nya reglerna
history-case-closed = { $who } avslutade ärendet
history-case-reopened = { $who } öppnade ärendet igen
history-case-extended = { $who } bestämde att ärendet ska finnas kvar längre
history-case-extended-to = { $who } bestämde att ärendet ska finnas kvar till och med { $last_day }
history-extract-made = { $who } gjorde ett utdrag av vad organisationen har registrerat om dig
history-case-seen = { $who } tittade på ärendet: vad som har skickats till dig, och om du har öppnat det
history-by-organisation = { $organisation }
history-by-staff = En handläggare vid { $organisation }
history-by-admin = En administratör vid { $organisation }
history-by-named = Handläggaren { $name } vid { $organisation }
history-by-two = Handläggarna { $name } och { $other } vid { $organisation }
history-case-opened = Du öppnade ärendet
history-history-seen = Du tittade på vem som har öppnat ärendet
history-viewed = Du öppnade { $document }
history-downloaded = Du laddade ner { $document }
history-damaged = Något i ärendet var skadat när du öppnade det, och visades inte
history-document-damaged = Du försökte öppna { $document }, men det som är lagrat är skadat
history-quoted = ”{ $text }”
history-unnamed-document = ett dokument vars namn inte kan visas här
history-untitled = titeln är skadad och kan inte visas
history-this-session = I den här inloggningen
history-cut = Bara de senaste gångerna visas.
history-unfamiliar = Var det inte du?
history-unfamiliar-body = Om något här är gjort av någon annan har den personen varit inloggad som du. Gå till dina inloggningar, och anmäl den som inte är din.
history-described = Det du har öppnat och laddat ner kommer från portalens logg. Därifrån kommer också att handläggare har tittat på just det här ärendet. Att de har sett det i en lista över ärenden, eller att avsändarens it-system har frågat om du har öppnat det, visas inte. Det någon gör flera gånger inom tio minuter står en gång. Från vilken enhet du var inloggad visas så länge inloggningen finns sparad.

sign-ins-title = Alla dina inloggningar
sign-ins-lead = { $unusual ->
    [0] Känner du igen dem? Ingen av dem sticker ut.
    [one] En inloggning skiljer sig från dina tidigare. Var det du?
   *[other] { $unusual } inloggningar skiljer sig från dina tidigare. Var det du?
}
sign-ins-report-body = Trycker du på ”Det var inte jag” loggas du ut överallt utom här. Den som driver portalen, och de organisationer som har skickat något som du kan läsa här, ser i sina loggar att en inloggning är anmäld.
sign-ins-new-device = Ny sorts enhet
sign-ins-new-country = Annat land än förut
sign-ins-report = Det var inte jag
sign-ins-reported = Du har anmält inloggningen. Du är nu utloggad överallt utom här. Spärra din e‑legitimation hos den som har gett ut den, till exempel din bank.
sign-ins-reported-at = Anmäld av dig { $at }
sign-ins-more = Det finns fler, men bara de 100 senaste visas.
sign-ins-not-me = När någon annan har loggat in som du
sign-ins-not-me-body = Någon har då kunnat använda din e‑legitimation. Spärra den hos den som har gett ut den, till exempel din bank, och skaffa en ny innan du loggar in igen.
sign-ins-contact = Behöver du hjälp? Skriv till { $operator }:
sign-ins-kept = Inloggningar sparas i { $days } dagar, och försvinner tidigare när det inte längre finns något till dig i portalen. Försök som nekades visas inte: då vet vi inte säkert vem det var.

mail-title = Mejl till dig
mail-address = Vi mejlar { $address } när något nytt väntar på dig från en avsändare som har angett din adress, innan det tas bort, och när någon loggar in som du från en ny sorts enhet.
mail-kept = Vi har adressen { $address } till dig.
mail-no-address = Vi har ingen e‑postadress till dig, så du får inga mejl härifrån.
mail-refused = Du har sagt nej till mejl. Vi har ingen e‑postadress till dig, och sparar ingen.
mail-not-sent = Just den här portalen skickar inga mejl.
mail-given-why = Vi mejlar när något nytt väntar på dig, innan något tas bort, när du har fått svar på något som du har bett om, och när någon loggar in som du från en ny sorts enhet. I mejlen står aldrig vad som har skickats.
mail-own = Vi mejlar dig på { $address }. Du lämnade adressen själv, { $at }.
mail-own-alone = Vi använder bara den adressen, även om en avsändare anger en annan.
mail-own-show = Visa vad du sa ja till
mail-from-where = Adressen får vi av den som skickar något till dig, eller av din arbetsgivares katalog när du loggar in med ett jobbkonto. Den används bara till de här mejlen.
mail-refuse-body = Säger du nej tas adressen bort genast, och mejl som väntar skickas inte. Du får då inte veta härifrån när något nytt har kommit. Ditt nej gäller alla avsändare, så länge det finns något till dig i portalen eller du är inloggad.
mail-refuse = Ta bort min adress och sluta mejla
mail-refuse-none = Säg nej till mejl
mail-withdraw-body = Tar du tillbaka ditt ja tas adressen bort genast, och mejl som väntar skickas inte. Du får då inte veta härifrån när något nytt har kommit, och vi använder inte heller någon adress som en avsändare anger.
mail-withdraw = Ta tillbaka mitt ja och ta bort adressen
mail-refused-now = Nu mejlar vi dig inte mer. Vi har ingen e‑postadress till dig.
mail-allow-body = Ändrar du dig får vi spara den adress som nästa avsändare anger, och mejla dig där.
mail-allow = Tillåt mejl igen
mail-allowed-now = Nu får vi mejla dig igen, när någon anger en adress till dig.
mail-refuse-title = Vill du inte ha några mejl?
mail-withdraw-title = Vill du inte ha mejl längre?
mail-allow-title = Eller låt avsändarna ange adressen

mail-give-title = Lämna din e‑postadress
mail-give-title-other = Vill du ha mejlen till en annan adress?
mail-give-title-change = Byt adress
mail-give-body = Då mejlar vi dig bara dit, även om en avsändare anger en annan adress. Först skickar vi ett mejl med en kod till adressen. Koden skriver du in här.
mail-give-refused = Då gäller ditt nej inte längre.
mail-give-address = Din e‑postadress
mail-give-send = Skicka koden
mail-consent = Ja, portalen får mejla mig på den här adressen: när något nytt väntar på mig, innan något tas bort, när jag har fått svar på något som jag har bett om, och när någon loggar in som jag från en ny sorts enhet. I mejlen kan det stå vem som har skickat något, aldrig vad. Adressen används bara till detta. Jag kan ta tillbaka mitt ja när som helst, och då tas adressen bort.
mail-not-an-address = Skriv en e‑postadress, till exempel namn@exempel.se.
mail-not-ticked = Kryssa i rutan om du säger ja till mejl. Utan ditt ja skickar vi ingen kod.
mail-consent-changed = Texten som du säger ja till har just ändrats. Läs den igen.
mail-too-many = Vi skickar inte fler koder just nu, för att ingen ska få för många mejl. Försök igen i morgon.

mail-code-title = Skriv koden från mejlet
mail-code-sent = Vi har skickat ett mejl med en kod till { $address }. Skriv koden här, så vet vi att adressen är din.
mail-code-meanwhile = Till dess mejlar vi dig på { $address } som förut.
mail-code-nothing-else = Till dess skickar vi inget annat till adressen.
mail-code = Kod
mail-code-hint = Åtta siffror. Koden gäller till { $until }.
mail-code-confirm = Bekräfta adressen
mail-code-missing = Har du inte fått något mejl från oss?
mail-code-missing-body = Det kan ta några minuter. Titta också bland skräpposten, och se efter att adressen är rätt skriven.
mail-code-again = Skicka en ny kod
mail-code-cancel = Ta bort adressen
mail-code-undeliverable = Den här adressen tar inte emot mejl, säger e‑postservern. Se efter att den är rätt skriven. Är den fel tar du bort den längre ner på sidan, och lämnar den rätta.
mail-code-form = Koden har åtta siffror. Skriv alla åtta.
mail-code-wrong = { $left ->
    [one] Koden stämmer inte. Du kan försöka en gång till.
   *[other] Koden stämmer inte. Du kan försöka { $left } gånger till.
}
mail-code-too-many-tries = Koden var fel för många gånger, så vi har tagit bort adressen. Lämna den igen, så skickar vi en ny kod.
mail-code-over = Koden gäller inte längre. Lämna adressen igen, så skickar vi en ny kod.
mail-code-sent-again = Vi har skickat en ny kod. Den förra gäller inte längre.
mail-dropped-now = Adressen är borttagen.
mail-proven-now = Tack! Adressen är bekräftad. Nu mejlar vi dig dit.
mail-consent-title = Det här sa du ja till
mail-consent-given = Du sa ja till version { $version }, { $at }.
mail-consent-withdrawn = Du sa ja till version { $version }, { $at }, och tog tillbaka det { $withdrawn }.
