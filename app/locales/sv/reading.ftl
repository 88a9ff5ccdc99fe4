### Inkorgen, ärendet och dokumentet.

inbox-title = Inkorg
inbox-signed-in-as = Inloggad som { $name }
inbox-unread = { $count ->
    [0] Du har läst allt.
    [one] Du har en ny post att läsa.
   *[other] Du har { $count } nya att läsa.
}
inbox-new = Ny
inbox-damaged = Det här är skadat och kan inte visas
inbox-empty = Du har inget att läsa just nu
inbox-empty-body = Om du har fått besked om att något väntar på dig kan tiden ha gått ut. Kontakta då den som skickade beskedet.
inbox-purging = Handlingarna raderas när tiden har gått ut. Ladda ner det du vill behålla.
documents = { $count ->
    [0] inga dokument
    [one] 1 dokument
   *[other] { $count } dokument
}

case-sender = Från { $organisation }
case-sent = Skickat { $at }
case-purpose = Varför det sparas så länge: { $text }
case-legal-ground = Rättslig grund: { $text }
case-purging = Du kan läsa det här till och med { $last_day }. Sedan raderas det. Ladda ner det du vill behålla.
case-closed = { $organisation } avslutade ärendet { $day }. Har du frågor, kontakta { $organisation } direkt.
case-counted-from-closing = { $days ->
    [one] Det sparas en dag
   *[other] Det sparas { $days } dagar
} efter att { $organisation } har avslutat ärendet, men aldrig längre än till den dag som står på sidan.
case-counted-since-closing = { $days ->
    [one] Det sparas en dag
   *[other] Det sparas { $days } dagar
} från dagen då ärendet avslutades, men aldrig längre än det hade sparats annars.
case-damaged = En del av meddelandet är skadad och visas inte, eftersom det som är lagrat inte stämmer med det som skickades. Kontakta { $organisation } och be om det på nytt.
case-extended = { $organisation } har bestämt att ärendet ska finnas kvar längre än dess regler säger.

document-sent = från { $organisation }, { $day }
document-download = Ladda ner
document-open = Öppna i webbläsaren
document-stays = En fil som du laddar ner ligger kvar på din enhet tills du tar bort den.
document-keep = Dokumentet finns här till och med { $last_day }. Sedan raderas det.
file-facts = { $kind }, { $size }
kind-image = Bild
kind-text = Text
kind-other = Fil

document-damaged = Ett skadat dokument som inte kan visas
document-damaged-ask = Be avsändaren om det på nytt

document-locked = Dokument som kräver en säkrare inloggning
document-locked-level = Tillitsnivå { $level }

locked-title = Dokumentet kräver en säkrare inloggning
locked-lead = Avsändaren har bestämt att dokumentet bara får läsas av den som har loggat in på tillitsnivå { $level }. Du är inloggad på en lägre nivå.
locked-signs-out = Du loggas ut och loggar in på nytt. Sedan öppnas dokumentet.
locked-no-way-in = Det går inte att logga in här på den nivån just nu. Kontakta avsändaren om du behöver läsa dokumentet.

preview-title = Förhandsvisning
preview-frame = Innehållet i { $name }
preview-image = { $name }, visad som bild
preview-loading = Hämtar dokumentet … { $percent }{"\u00A0"}%
preview-drawing = Öppnar dokumentet …
preview-position = Sida { $page } av { $pages }
preview-page = Sida { $page } av { $pages }
preview-previous = Föregående sida
preview-next = Nästa sida
preview-larger = Större
preview-smaller = Mindre
preview-unreachable = Dokumentet kunde inte hämtas. Kontrollera att du har kontakt med internet och ladda om sidan.
preview-refused = Dokumentet går inte att läsa just nu. Du kan ha blivit utloggad. Ladda om sidan.
preview-unreadable = Dokumentet kan inte visas här. Ladda ner det och öppna det i ett annat program.
preview-protected = Dokumentet är skyddat med ett lösenord. Ladda ner det och öppna det i ett annat program.
preview-without-script = Förhandsvisningen behöver JavaScript, som är avstängt i din webbläsare. Välj Öppna i webbläsaren eller Ladda ner i stället.
preview-text-cut = Här visas bara början. Ladda ner dokumentet för att läsa allt.
preview-too-large = Dokumentet är för stort för att visas här. Ladda ner det för att läsa det.
preview-none = Den här sortens fil kan inte visas här. Ladda ner den och öppna den i ett program som passar.
