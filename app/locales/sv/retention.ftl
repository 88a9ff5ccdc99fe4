### Sidorna där en organisation bestämmer hur länge den sparar det den skickar.

retention-title = Gallring
retention-lead = Så länge kan mottagarna läsa det ni skickar. När tiden är ute förstörs det och går inte att få tillbaka.
retention-rules = Reglerna som gäller
retention-everything = Allt ni skickar
retention-everything-else = Allt annat
retention-days-from-sent = { $days ->
    [one] En dag
   *[other] { $days } dagar
} från att det skickades
retention-days-from-opening = { $days ->
    [one] En dag
   *[other] { $days } dagar
} från att mottagaren öppnade det första gången, dock som längst { $most ->
    [one] en dag
   *[other] { $most } dagar
} från att det skickades
retention-days-from-closing = { $days ->
    [one] En dag
   *[other] { $days } dagar
} från att ärendet avslutades, dock som längst { $most ->
    [one] en dag
   *[other] { $most } dagar
} från att det skickades
retention-purpose = Ändamål
retention-legal-ground = Rättslig grund
retention-limits = Den som skickar ett meddelande kan välja en egen tid mellan { $least } och { $most } dagar. Längre än { $most ->
    [one] en dag
   *[other] { $most } dagar
} sparas ingenting. Den som driver portalen tillåter som mest { $ceiling ->
    [one] en dag
   *[other] { $ceiling } dagar
}.
retention-still-following = { $count ->
    [one] En utlämning
   *[other] { $count } utlämningar
} följer ännu de förra reglerna. Det rättar sig av sig självt.
retention-change = Ändra reglerna
retention-due = Det som gallras framöver
retention-due-lead = Så många dokument försvinner de närmaste tolv veckorna, om inget ändras.
retention-due-none = Inga dokument försvinner de närmaste tolv veckorna.
retention-due-busy = Det som gallras framöver går inte att visa just nu, eftersom det redan räknas ut åt andra. Ladda om sidan om en stund.
retention-due-caption = Dokument per kalendervecka
retention-due-table = Visa som tabell
retention-due-week-column = Vecka
retention-due-documents-column = Dokument
retention-due-week = Vecka { $week }, { $from }–{ $until }
retention-versions = Tidigare och nuvarande regler
retention-versions-lead = Varje beslut sparas. Det översta gäller.
retention-versions-before = Regler från förut
retention-versions-latest = Reglerna som gäller
retention-versions-older = Äldre regler
retention-versions-pages = Sidor med regler
retention-version = Regler nummer { $version }
retention-version-rules = Visa reglerna
retention-decided-by = Beslutade { $when } av { $who }
retention-decided = Beslutade { $when }
retention-form-title = Ändra gallringen
retention-form-lead = Först får du se vad ändringen gör med det som redan är skickat. Inget ändras förrän du sparar.
retention-limits-legend = Gränser
retention-minimum = Minsta antal dagar
retention-minimum-hint = Kortare än så får ingen regel och ingen avsändare välja.
retention-minimum-wrong = Skriv ett helt antal dagar, minst 1 och inte fler än det största antalet.
retention-maximum = Största antal dagar
retention-maximum-hint = Längre än så sparas ingenting, räknat från att det skickades. Den som driver portalen tillåter som mest { $ceiling ->
    [one] en dag
   *[other] { $ceiling } dagar
}.
retention-maximum-wrong = Skriv ett helt antal dagar, som mest { $ceiling }.
retention-default = Regel för allt som inte har en egen
retention-days = Antal dagar
retention-days-wrong = Skriv ett helt antal dagar mellan gränserna ovan.
retention-type-days-hint = Lämna tomt om dokumenttypen inte ska ha en egen regel.
retention-counted = Dagarna räknas från att
retention-counted-sent = det skickades
retention-counted-opened = mottagaren öppnade det första gången
retention-counted-opened-hint = Det som ingen öppnar sparas i det största antalet dagar.
retention-counted-closed = ärendet avslutades
retention-counted-closed-hint = Så länge ärendet är öppet sparas det, i högst det största antalet dagar.
retention-purpose-hint = Varför det sparas så länge. Mottagaren ser det.
retention-legal-ground-hint = Till exempel en lag eller er gallringsplan. Mottagaren ser det.
retention-reason-wrong = Ändamål och rättslig grund får vara högst 200 tecken var.
retention-types = Egna regler för dokumenttyper
retention-types-lead = Dokumenttypen är det ord som ert verksamhetssystem skickar med.
retention-type-own = Egen regel
retention-type-follows = Ingen egen regel
retention-new-type = En ny dokumenttyp
retention-type-name = Dokumenttypens namn
retention-type-name-hint = Skriv det precis som systemet skickar det, till exempel beslut.
retention-type-name-wrong = Ett namn är högst 64 tecken: bokstäver utan prickar, siffror, punkt, bindestreck och understreck.
retention-type-known = Den dokumenttypen finns redan i listan. Ge den en regel där.
retention-too-many-types = Högst trettio dokumenttyper kan ha egna regler.
retention-unchanged = Det är samma regler som gäller nu.
retention-show-effect = Visa vad som händer
retention-effect-title = Det här händer om du sparar
retention-effect-refused = Ändringen är inte sparad
retention-effect-back = Tillbaka till gallringen
retention-effect-lead = Inget är ändrat än.
retention-effect-gone = { $documents ->
    [one] Ett dokument
   *[other] { $documents } dokument
} i { $messages ->
    [one] ett meddelande
   *[other] { $messages } meddelanden
} försvinner i dag
retention-effect-gone-hint = Det går inte att ångra.
retention-effect-earlier = { $documents ->
    [one] Ett dokument
   *[other] { $documents } dokument
} i { $messages ->
    [one] ett meddelande
   *[other] { $messages } meddelanden
} försvinner tidigare än annars
retention-effect-earlier-today = Det som försvinner i dag är inräknat.
retention-effect-earlier-held = Av dem är { $documents ->
    [one] ett dokument
   *[other] { $documents } dokument
} i { $messages ->
    [one] ett meddelande
   *[other] { $messages } meddelanden
} spärrade. Det spärrade kan inte läsas längre än det andra, men förstörs inte förrän spärren är hävd.
retention-effect-later = { $documents ->
    [one] Ett dokument
   *[other] { $documents } dokument
} i { $messages ->
    [one] ett meddelande
   *[other] { $messages } meddelanden
} finns kvar längre än annars
retention-effect-unchanged = { $documents ->
    [one] Ett dokument
   *[other] { $documents } dokument
} i { $messages ->
    [one] ett meddelande
   *[other] { $messages } meddelanden
} påverkas inte
retention-effect-unsent = Inget är skickat med typen ”{ $type }” än
retention-effect-unsent-alike = Menade du ”{ $type }”, som används? En regel gäller bara det som skickas med samma stavning.
retention-effect-nothing = Inget är skickat som påverkas.
retention-effect-sent-on = Skickat { $day }.
retention-effect-sent-between = Skickade mellan { $oldest } och { $newest }.
retention-effect-changed-meanwhile = Reglerna ändrades av någon annan medan du arbetade. Gå tillbaka till gallringen och se vad som gäller nu.
retention-effect-more-goes = Mer skulle gallras i dag än sidan visade. Se hur det är nu och spara igen om det fortfarande ska gälla.
retention-effect-leave = Tillbaka utan att spara
retention-save = Spara reglerna
retention-ask = Lämna för godkännande
retention-saved = Reglerna gäller nu, också för det som redan är skickat.
retention-approved-by = Godkändes av { $who }
retention-effect-needs-approval = En annan administratör måste godkänna den här ändringen.
retention-effect-already-waits = En annan ändring väntar redan på godkännande. Den måste godkännas eller dras tillbaka först.
retention-approval = Två administratörer
retention-approval-on = Två administratörer krävs för att något ska gallras tidigare. Den ena ändrar reglerna, den andra godkänner. För att sluta kräva två krävs också två.
retention-approval-on-alone = Två administratörer krävs för att något ska gallras tidigare, men det finns bara en som kan logga in. Inget kan godkännas förrän ni har bjudit in en till.
retention-approval-off = En administratör kan ensam bestämma att något ska gallras tidigare.
retention-approval-off-alone = En administratör kan ensam bestämma att något ska gallras tidigare. För att kräva två måste det finnas två som kan logga in.
retention-approval-start = Kräv två administratörer
retention-approval-stop = Sluta kräva två
retention-approval-on-now = Från och med nu krävs två administratörer för att något ska gallras tidigare.
retention-waits-now = Ändringen väntar på att en annan administratör godkänner den. Inget är ändrat än.
retention-withdrawn-now = Ändringen är tillbakadragen.
retention-gone-now = Ändringen väntar inte längre. Den är godkänd eller tillbakadragen, reglerna har ändrats, det har gått fjorton dagar, eller så är den som begärde den inte längre en administratör som kan logga in.
retention-pending-title = En ändring väntar
retention-pending-link = En ändring väntar på godkännande
retention-pending-asked = Lämnades { $when }.
retention-pending-asked-by = Lämnades { $when } av { $who }.
retention-pending-until = Den kan godkännas före { $until }.
retention-pending-rules = Reglerna som skulle gälla
retention-pending-no-approval = En enda administratör skulle kunna bestämma att något gallras tidigare.
retention-pending-effect = Det här händer om den godkänns nu
retention-pending-waits = En annan administratör måste godkänna den.
retention-pending-own = Du kan inte godkänna din egen ändring. Be en annan administratör.
retention-pending-above = Ändringen går inte att godkänna längre. Den som driver portalen har sänkt det längsta som något får finnas kvar till { $days } dagar. Dra tillbaka ändringen och lämna en ny.
retention-pending-approve = Godkänn
retention-pending-withdraw = Dra tillbaka ändringen
