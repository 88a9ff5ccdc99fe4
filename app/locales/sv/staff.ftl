### Handläggarnas sidor: vägen in och det egna kontot.

staff-navigation = Delar av Postvalv
staff-news = Något har hänt med ditt konto som du bör titta på
form-continue = Fortsätt
form-wrong-title = Fel: { $title }
footer-staff = För handläggare
footer-recipients = För dig som har fått handlingar

## Vägen in

staff-organisation-title = Logga in som handläggare
staff-organisation-lead = Vilken organisation arbetar du för?
staff-organisation-label = Organisationens kortnamn
staff-organisation-hint = Det står sist i adressen till er inloggning, till exempel exempelkommunen.
staff-organisation-unknown = Ingen organisation här har det kortnamnet. Titta i länken som du fick med din inbjudan, eller fråga en kollega.
staff-recipient = Har någon skickat handlingar till dig?
staff-recipient-link = Då loggar du in här i stället.
staff-sign-in-title = Logga in som handläggare
staff-more-asked = Reglerna för inloggning har ändrats. Logga in igen, så får du veta vad som behövs.
staff-email = E‑postadress
staff-password = Lösenord
staff-sign-in-refused = Det gick inte att logga in. Kontrollera e‑postadressen och lösenordet. Efter flera felaktiga försök är kontot låst en stund, och då hjälper inte heller rätt lösenord.
staff-forgotten = Kommer du inte in?
staff-forgotten-body = Be en administratör i din organisation att låsa upp kontot eller skicka en ny inbjudan. Då väljer du ett nytt lösenord.
staff-by-password = Eller med lösenord
staff-forgotten-work-account = Fråga den som sköter arbetskontona i din organisation.
staff-other-organisation = Välj en annan organisation
staff-signed-out-lead = Nu kan ingen arbeta som du i den här webbläsaren utan att logga in.
staff-sign-in-again = Logga in igen
sign-in-finish = Logga in

## Det andra steget

second-factor-title = Skriv koden från din app
second-factor-code = Kod med sex siffror
second-factor-code-hint = Öppna din autentiseringsapp. Koden byts var trettionde sekund.
second-factor-wrong = Koden stämmer inte, eller så har du redan använt den. Vänta på nästa kod i appen och skriv den.
second-factor-too-many = Det har blivit för många fel i rad. Vänta en stund och försök igen. Efter tio fel är kontot låst i en timme.
second-factor-passkey-title = Använd din passkey
second-factor-passkey-lead = Lås upp med finger, ansikte eller pinkod, eller med din säkerhetsnyckel.
second-factor-code-instead = Skriv en kod från appen i stället
second-factor-lost-passkey = Kan du inte använda din passkey?
second-factor-lost-passkey-body = Använd en av reservkoderna som du sparade när du lade till din första passkey. Varje kod gäller en gång. Har du inga kvar: be en administratör om en ny inbjudan.
second-factor-lost = Har du inte telefonen?
second-factor-lost-body = Använd en av reservkoderna som du sparade när du satte upp appen. Varje kod gäller en gång. Har du inga kvar: be en administratör om en ny inbjudan.
second-factor-recovery-code = Reservkod
second-factor-recovery-wrong = Reservkoden stämmer inte, eller så är den redan använd. Pröva en annan.
second-factor-recover = Logga in med reservkod

## Att sätta upp appen

set-up-title = Skydda kontot med koder från en app
set-up-lead = Med koder från din telefon räcker det inte att någon kommer över ditt lösenord.
set-up-lead-required = Här krävs en kod från din telefon utöver lösenordet. Då räcker det inte att någon kommer över ditt lösenord.
set-up-or-passkey = Hellre finger, ansikte, pinkod eller en säkerhetsnyckel? Det går snabbare och skyddar bättre.
set-up-passkey = Använd passkey i stället
set-up-app = Öppna en autentiseringsapp i telefonen.
set-up-app-hint = Har du ingen? Vilken som helst duger, till exempel Microsoft Authenticator, Google Authenticator eller Aegis.
set-up-scan = Välj att lägga till ett konto i appen och rikta telefonen mot rutan.
set-up-qr = QR-kod för din autentiseringsapp
set-up-cannot-scan = Kan du inte läsa av rutan?
set-up-secret = Skriv den här nyckeln i appen i stället:
set-up-confirm = Skriv koden som appen visar.
set-up-wrong = Koden stämmer inte. Kontrollera att telefonens klocka går rätt och skriv den kod som appen visar nu.
set-up-finish = Slå på
recovery-codes-title = Spara dina reservkoder
recovery-codes-lead = Med en reservkod kommer du in om du blir av med telefonen eller nyckeln. De visas bara den här gången.
recovery-codes-keep = Skriv ut sidan eller spara koderna i en lösenordshanterare. Varje kod gäller en gång.
recovery-codes-kept = Jag har sparat koderna

## Passkeys

passkey-use = Använd passkey
passkey-waiting = Följ det som webbläsaren eller din säkerhetsnyckel säger.
passkey-cancelled = Det blev avbrutet eller tog för lång tid. Ingen fara – försök igen när du vill.
passkey-known = Den här enheten eller nyckeln har du redan lagt till.
passkey-too-often = Det har kommit för många försök härifrån. Vänta en minut och försök igen.
passkey-failed = Det gick inte. Ladda om sidan och försök igen.
passkey-wrong = Den passkeyn gick inte att använda här. Försök igen, eller välj ett annat sätt nedan.
passkey-too-long = Det tog för lång tid. Försök igen.
passkey-impossible = Den här webbläsaren kan inte använda passkeys, eller så är JavaScript avstängt. Använd en kod i stället.
passkey-impossible-confirm = Den här webbläsaren kan inte använda passkeys, eller så är JavaScript avstängt. Använd lösenord och kod i stället.
passkey-new-title = Lägg till en passkey
passkey-new-lead = Du loggar in med lösenordet och bekräftar sedan med finger, ansikte, pinkod eller en säkerhetsnyckel. Det fungerar bara på den här webbplatsen, så ingen kan lura av dig det på en annan.
passkey-new-finish = Lägg till
passkey-new-impossible = Den här webbläsaren kan inte skapa passkeys, eller så är JavaScript avstängt. Öppna sidan i en annan webbläsare, eller använd koder från en app.
passkey-new-refused = Den gick inte att lägga till. Försök igen, eller använd en annan enhet eller nyckel.
passkey-too-many = Du har redan tio passkeys. Ta bort en som du inte använder först.
passkey-name = Namn på din passkey
passkey-name-hint = Något som du känner igen den på, till exempel Jobbdatorn eller Blå nyckeln.
passkey-name-wrong = Skriv ett namn på högst 60 tecken.
passkey-rather-app = Koder från en app
passkey-add = Lägg till en passkey
passkey-remove = Ta bort
passkey-added-on = Tillagd { $day }
passkey-used = Senast använd { $at }
passkey-never-used = Inte använd än
passkey-only = Den här är det enda som skyddar kontot utöver lösenordet. Lägg till en passkey till, eller koder från en app, innan du tar bort den.
passkey-added = Din passkey är tillagd. På andra ställen är du nu utloggad.
passkey-removed = Den är borttagen. På andra ställen är du nu utloggad. Ta bort den även i enheten, så att den inte föreslås där.

## Lösenord och inbjudan

password-title = Byt lösenord
password-lead = När du har bytt blir du utloggad överallt utom här.
password-lead-required = Din organisation vill att lösenord byts då och då, och nu är det dags.
password-current = Ditt nuvarande lösenord
password-new = Nytt lösenord
password-rules = Minst 12 tecken. Några ord i rad som inte hör ihop är lätta att minnas och svåra att gissa.
password-repeated = Det nya lösenordet en gång till
password-change = Byt lösenord
password-wrong-current = Det var inte ditt nuvarande lösenord.
password-differs = Du skrev två olika lösenord. Skriv samma i båda rutorna.
password-too-short = Lösenordet är för kort. Skriv minst 12 tecken.
password-too-long = Lösenordet är för långt. Skriv högst 128 tecken.
password-control-characters = Lösenordet har ett tecken som inget tangentbord ger. Skriv det på nytt.
password-same-as-identity = Lösenordet är för likt ditt namn, din adress eller organisationens namn. Välj något annat.
password-common = Det lösenordet är ett av dem som alla provar först. Välj ett annat.
password-guessable = Det lösenordet är för lätt att gissa. Lägg till ett par ord som inte har med dig eller arbetet att göra.
password-used-before = Du har haft det lösenordet förut. Välj ett nytt.
invitation-title = Välj ett lösenord
invitation-lead = Välkommen, { $name }! Du är inbjuden att arbeta i Postvalv för { $organisation }.
invitation-email-hint = Med den loggar du in.
invitation-until = Inbjudan gäller till { $at } och kan användas en gång.
accepted-early-title = Lösenordet är valt
accepted-early-lead = Du kan logga in från och med { $day }. Då loggar du in här:
invitation-void = Inbjudan gäller inte
invitation-void-body = Den är redan använd, för gammal eller ersatt av en nyare. Be en administratör i din organisation om en ny.
invitation-void-sign-in = Jag har redan ett konto

## Det skickade

staff-cases-title = Ärenden
staff-cases-lead = Det här har organisationen skickat, det senaste först.
staff-cases-empty = Inget är skickat än
staff-cases-empty-body = När organisationens system skickar handlingar ser du här om mottagarna har öppnat dem.
staff-cases-pages = Fler ärenden
staff-cases-older = Visa äldre
staff-cases-latest = Till de senaste
staff-case-gone = Innehållet är borta
staff-case-sent = Skickat { $at }
staff-case-forgotten = Mottagaren visas inte längre
staff-case-prid = Utländsk e‑legitimation { $prid }
staff-case-work-account = Arbetskonto { $address }
staff-case-work-account-unknown = Arbetskonto
staff-case-unreadable = Mottagaren kan inte visas
staff-case-page = Ärende
staff-case-title = Ärende med { $recipient }
staff-case-title-forgotten = Ett ärende
staff-case-is-open = Öppet
staff-case-closed = Avslutat { $when }
staff-case-kept-until = Kan läsas till och med { $last_day }
staff-case-days-after-closing = { $days ->
    [one] Regeln är en dag
   *[other] Regeln är { $days } dagar
} från att ärendet avslutas
staff-case-close = Avsluta ärendet
staff-case-close-counted = Då börjar dagarna räknas för det som sparas en viss tid från att ärendet avslutas. Mottagaren ser att ärendet är avslutat och den nya sista dagen.
staff-case-close-lead = Mottagaren ser att ärendet är avslutat. Hur länge det sparas ändras inte.
staff-case-closed-now = Ärendet är avslutat.
staff-case-reopen = Öppna ärendet igen
staff-case-reopen-counted = Då sparas det som om det aldrig hade avslutats, och dagarna räknas om nästa gång det avslutas. Det vars tid är ute kommer inte tillbaka.
staff-case-reopen-lead = Mottagaren ser inte längre att ärendet är avslutat. Hur länge det sparas ändras inte.
staff-case-reopened-now = Ärendet är öppet igen.
staff-case-extend = Förläng ärendet
staff-case-extend-lead = Det som ännu kan läsas i ärendet finns kvar till och med den dag du väljer, också när reglerna är kortare. Mottagaren ser den nya dagen, men inte skälet. Det går inte att ångra.
staff-case-extended-fully = Det går inte att förlänga ärendet mer. Det finns redan kvar så länge som den som driver portalen tillåter.
staff-case-last-day = Sista dagen
staff-case-last-day-hint = Från { $first } till och med { $last }.
staff-case-day-missing = Skriv en dag.
staff-case-day-not-later = Ärendet finns redan kvar till och med den dagen. Välj en senare.
staff-case-day-above = Den som driver portalen tillåter inte längre än till och med { $latest } för det här ärendet.
staff-case-too-late = Det är för sent. Inget i ärendet kan läsas längre, eller bara några minuter till.
staff-case-extended-now = Ärendet är förlängt.
staff-case-extensions = Förlängningar
staff-case-extended-to = Till och med { $day }
staff-case-extended = Bestämdes { $when }
staff-case-extended-by = Bestämdes { $when } av { $who }
staff-state-waiting = Inte öppnat
staff-state-opened = Öppnat { $day }
staff-state-revoked = Återtaget { $day }
staff-state-expired = Tiden har gått ut
staff-state-purged = Gallrat { $day }

## Det egna kontot

account-title = Ditt konto
account-name = Namn
account-email = E‑postadress
account-role = Roll
account-valid = Gäller
account-password = Lösenord
account-password-set = Valt { $day }.
account-work-account = Arbetskonto
account-work-account-body = Du loggar in med ditt arbetskonto. Lösenord, koder, namn och roll ändras där, av den som sköter arbetskontona i din organisation.
account-passkeys = Passkeys och säkerhetsnycklar
account-passkeys-body = Med en passkey bekräftar du inloggningen med finger, ansikte, pinkod eller en säkerhetsnyckel i stället för en kod.
account-second-factor = Koder från en app
account-second-factor-on = Påslaget. Du skriver en kod när du loggar in.
account-second-factor-on-passkey = Påslaget, för när du inte använder en passkey.
account-second-factor-off = Inte påslaget. Slå på det, så räcker det inte att någon kommer över ditt lösenord.
account-second-factor-off-passkey = Inte påslaget. Du använder passkey, och det räcker.
account-second-factor-turn-on = Slå på koder från en app
account-second-factor-replace = Byt telefon eller app
account-recovery-codes-title = Reservkoder
account-recovery-codes = { $count ->
    [0] Du har inga reservkoder kvar.
    [one] Du har en reservkod kvar.
   *[other] Du har { $count } reservkoder kvar.
}
account-recovery-codes-few = Skapa nya innan de tar slut.
account-recovery-codes-new = Skapa nya reservkoder
account-sessions = Inloggningar
account-sessions-link = Se var du är inloggad
account-new-passkey = En passkey har lagts till på ditt konto: { $device }, { $at }. Var det inte du? Byt lösenord nu, och ta bort den.
account-new-app = Koder från en app har slagits på för ditt konto: { $device }, { $at }. Var det inte du? Byt lösenord nu, och byt sedan till en egen app.
account-new-device = Ny inloggning på ditt konto: { $device }, { $at }. Var det inte du? Byt lösenord nu.
account-new-device-place = Ny inloggning på ditt konto: { $device }, { $at }. { $place }. Var det inte du? Byt lösenord nu.
account-told = Att känna till
account-told-seen = Jag har sett det här
account-failed-tries = { $count ->
    [one] Någon har försökt logga in som du en gång med fel uppgifter sedan du var här sist.
   *[other] Någon har försökt logga in som du { $count } gånger med fel uppgifter sedan du var här sist.
}
account-password-changed = Ditt lösenord är bytt.
account-second-factor-turn-off = Stäng av koder från en app
account-second-factor-removed = Koderna från appen är avstängda.
account-valid-between = { $from } – { $until }
account-valid-from = från { $from }
account-valid-until = till och med { $until }
account-valid-always = tills vidare

## Bekräfta

confirm-title = Bekräfta att det är du
confirm-lead = Du är på väg att göra en viktig ändring, och först behöver vi veta att det är du. Den görs inte förrän du har bekräftat och gjort om den.
confirm-not-done-yet = Tack. Nu kan du göra det du ville göra. Det är inte gjort än.
confirm-first = Inget är sparat än. Bekräfta först att det är du. Sidan öppnas i en ny flik. Kom sedan tillbaka hit och skicka formuläret igen.
confirm-open = Bekräfta att det är du (ny flik)
confirm-code-hint = Har du nyss använt koden som appen visar, vänta på nästa.
confirm-by-password = Använd lösenord och kod i stället
confirm-finish = Bekräfta
confirm-wrong = Det stämde inte. Kontrollera lösenordet och koden, och försök igen.
confirm-wrong-passkey = Det stämde inte. Kontrollera lösenordet, och försök igen med din passkey.
confirm-new-passkey = Din passkey är ny, så skriv lösenordet också. Nästa gång du har loggat in räcker den ensam.
confirm-no-way = Inloggning med arbetskonto är inte påslagen här just nu. Fråga den som driver portalen.

## Roller

role-sender = Handläggare
role-admin = Administratör
role-auditor = Granskare
