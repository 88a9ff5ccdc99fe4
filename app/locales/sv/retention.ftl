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
} från att mottagaren öppnade det första gången, dock som längst { $most } dagar från att det skickades
retention-purpose = Ändamål
retention-legal-ground = Rättslig grund
retention-limits = Den som skickar ett meddelande kan välja en egen tid mellan { $least } och { $most } dagar. Längre än { $most } dagar sparas ingenting. Driften av Postvalv tillåter som mest { $ceiling }.
retention-still-following = { $count ->
    [one] En leverans
   *[other] { $count } leveranser
} följer ännu de förra reglerna. Det rättar sig av sig självt.
retention-change = Ändra reglerna
retention-due = Det som gallras framöver
retention-due-lead = Så många dokument försvinner de närmaste tolv veckorna, om inget ändras.
retention-due-none = Inga dokument försvinner de närmaste tolv veckorna.
retention-due-caption = Dokument per kalendervecka
retention-due-table = Visa som tabell
retention-due-week-column = Vecka
retention-due-documents-column = Dokument
retention-due-week = Vecka { $week }, { $from }–{ $until }
retention-versions = Tidigare och nuvarande regler
retention-versions-lead = Varje beslut sparas. Det översta gäller.
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
retention-maximum-hint = Längre än så sparas ingenting, räknat från att det skickades. Driften av Postvalv tillåter som mest { $ceiling }.
retention-maximum-wrong = Skriv ett helt antal dagar, som mest { $ceiling }.
retention-default = Regel för allt som inte har en egen
retention-days = Antal dagar
retention-days-wrong = Skriv ett helt antal dagar mellan gränserna ovan.
retention-type-days-hint = Lämna tomt om dokumenttypen inte ska ha en egen regel.
retention-counted = Dagarna räknas från att
retention-counted-sent = det skickades
retention-counted-opened = mottagaren öppnade det första gången
retention-counted-opened-hint = Det som ingen öppnar sparas i det största antalet dagar.
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
retention-effect-nothing = Inget är skickat som påverkas.
retention-effect-sent-on = Skickat { $day }.
retention-effect-sent-between = Skickade mellan { $oldest } och { $newest }.
retention-effect-changed-meanwhile = Reglerna ändrades av någon annan medan du arbetade. Gå tillbaka till gallringen och se vad som gäller nu.
retention-effect-leave = Tillbaka utan att spara
retention-save = Spara reglerna
retention-saved = Reglerna gäller nu, också för det som redan är skickat.
