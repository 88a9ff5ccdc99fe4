### Sidorna där en organisation stoppar gallringen av ett ärende och släpper den igen.

holds-title = Gallringsspärrar
holds-lead = Det som är spärrat förstörs inte. Mottagaren kan ändå inte läsa det längre än till dess tid är ute, och det ni har återkallat kan ingen läsa.
holds-how = Du spärrar ett ärende från listan över ärenden.
holds-standing = Spärrar som gäller
holds-none = Inget är spärrat.
holds-no-more = Det finns inga fler.
holds-standing-pages = Fler spärrar som gäller
holds-next = Visa fler
holds-first = Till början
holds-lifted = Spärrar som har hävts
holds-lifted-lead = De senaste först. Sju dagar efter att en spärr hävdes glöms skälen och vem den gällde.
holds-lifted-pages = Fler spärrar som har hävts
holds-older = Visa äldre
holds-shown-title = Det mottagarna ser
holds-shown = Mottagarna får se att ett ärende är spärrat
holds-shown-hint = De ser att det inte förstörs när tiden är ute, men aldrig varför. De ser det bara så länge de kan läsa ärendet.
holds-shown-save = Spara
holds-shown-saved = Valet är sparat.
hold-placed-flash = Spärren gäller. Inget av det som den omfattar förstörs.
hold-placed-in-part = Spärren gäller, men den kom för sent för en del som redan höll på att förstöras. Hur mycket står vid spärren.
hold-lifted-flash = Spärren är hävd. Om sju dagar förstörs det vars tid är ute. Fram till dess går det att spärra på nytt.
hold-title = Gallringsspärr
hold-on-case = Ett ärende
hold-on-case-with = Ärende med { $recipient }
hold-on-everything = Allt till en mottagare
hold-on-everything-to = Allt till { $recipient }
hold-messages = { $count ->
    [0] Omfattar inget just nu
    [one] Omfattar ett meddelande
   *[other] Omfattar { $count } meddelanden
}
hold-too-late = { $count ->
    [one] Kom för sent för ett meddelande
   *[other] Kom för sent för { $count } meddelanden
}
hold-placed = Spärrades { $when }
hold-placed-by = Spärrades { $when } av { $who }
hold-review-on = Ska omprövas { $day }
hold-review-due = Det är dags att ompröva spärren.
hold-lifted = Hävdes { $when }
hold-lifted-by = Hävdes { $when } av { $who }
hold-is-lifted = Hävd
hold-keeps-until = Inget förstörs före { $when }
hold-case = Ärendets nummer
hold-case-from = Lades från ärendet
hold-reason = Skäl
hold-lift-reason = Skäl för att häva
hold-reason-hint = Högst 200 tecken. Skriv till exempel ett diarienummer. Nämn inga personer.
hold-reason-wrong = Skriv varför, med högst 200 tecken.
hold-reason-forgotten = Sparas inte längre
hold-restored = Spärren återställdes ur portalens liggare när en säkerhetskopia lästes tillbaka. Skälet fanns inte i kopian och gick förlorat.
hold-restored-review = Ompröva spärren.
hold-lift-restored = Enligt portalens liggare hävdes spärren innan en säkerhetskopia lästes tillbaka. Skälet gick förlorat. De sju dagarna räknas från återläsningen.
hold-lift = Häv spärren
hold-lift-lead = Sju dagar senare förstörs det vars tid är ute och det som är återkallat. Det går inte att få tillbaka.
hold-lift-button = Häv spärren
hold-new-title = Spärra från gallring
hold-new-about = Ärendet med { $recipient }
hold-new-lead = Det som spärras förstörs inte förrän någon häver spärren. Den hävs aldrig av sig själv.
hold-scope = Vad ska spärras?
hold-scope-case = Det här ärendet
hold-scope-case-hint = Alla meddelanden och dokument i det.
hold-scope-recipient = Alla era ärenden med mottagaren
hold-scope-recipient-hint = Också det ni skickar senare, så länge spärren gäller.
hold-review = Ompröva spärren den
hold-review-hint = En senare dag, inom två år. Då påminner sidan om spärren.
hold-review-wrong = Välj en dag efter i dag och inom två år.
hold-form-used = En spärr har redan lagts med det här formuläret, och den såg annorlunda ut eller har hävts sedan dess. Behöver du en till, så kontrollera det du har skrivit och tryck på knappen igen.
hold-all-too-late = Det är för sent. Allt i ärendet håller redan på att förstöras.
hold-place = Spärra
staff-case-open = Visa ärendet (ny flik)
staff-case-hidden = Innehållet visas inte längre
staff-case-held = Spärrat från gallring
staff-case-hold = Spärra från gallring
staff-case-hold-of = Spärra från gallring: { $recipient }
staff-case-hold-more = Lägg till en spärr
staff-case-hold-more-of = Lägg till en spärr: { $recipient }
retention-held = { $count ->
    [one] Ett dokument är spärrat och räknas inte med.
   *[other] { $count } dokument är spärrade och räknas inte med.
}
case-held-until = Du kan läsa det här till och med { $last_day }, inte längre. Avsändaren hade bestämt att det ändå inte ska raderas då, men har tagit tillbaka det: det raderas tidigast { $until }. Ladda ner det du vill behålla.
case-held = Du kan läsa det här till och med { $last_day }, inte längre. Avsändaren har bestämt att det ändå inte ska raderas då. Ladda ner det du vill behålla.
