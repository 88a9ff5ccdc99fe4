### Gallringsprotokoll: sidorna och PDF:en.

protocols-title = Gallringsprotokoll
protocols-lead = Här står vad som har gallrats, när och enligt vilken regel. Varje protokoll är signerat, så att det syns om något i det ändras i efterhand. Inget i det säger vem dokumenten gällde.
protocols-empty = Inga protokoll än
protocols-empty-body = När dokument har gallrats kommer ett protokoll hit.
protocols-pages = Fler protokoll
protocols-latest = De senaste protokollen
protocols-older = Äldre protokoll
protocols-back = Till alla protokoll

protocol-title = Gallringsprotokoll { $number }
protocol-number = Protokoll { $number }
protocol-count-documents = { $count ->
    [one] 1 dokument
   *[other] { $count } dokument
}
protocol-count-messages = { $count ->
    [one] 1 meddelande
   *[other] { $count } meddelanden
}
protocol-signed = Signerat { $at }
protocol-organisation = Organisation
protocol-nr = Nummer
protocol-purged = Gallrat
protocol-period = { $first } till { $last }
protocol-closed = Signerat
protocol-documents = Dokument
protocol-documents-size = { $count }, tillsammans { $size }
protocol-messages = Meddelanden
protocol-messages-of = { $count } med rubrik och text
protocol-rules = Vad som gallrades och varför
protocol-no-type = Utan dokumenttyp
protocol-rule-expired = Gallringsfristen var slut: { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} efter att det skickades
protocol-rule-revoked = Avsändaren tog tillbaka det. Fristen var { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} efter att det skickades
protocol-rule-expired-opened = Gallringsfristen var slut: { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} efter att det öppnades första gången, eller vid reglernas längsta tid
protocol-rule-revoked-opened = Avsändaren tog tillbaka det. Fristen var { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} efter att det öppnades första gången
protocol-rule-expired-closed = Gallringsfristen var slut: { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} från dagen då ärendet avslutades, eller vid reglernas längsta tid
protocol-rule-revoked-closed = Avsändaren tog tillbaka det. Fristen var { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} från dagen då ärendet avslutades
protocol-rule-erased = Raderat på mottagarens begäran. Fristen var { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} efter att det skickades
protocol-rule-erased-opened = Raderat på mottagarens begäran. Fristen var { $days ->
    [one] 1 dag
   *[other] { $days } dagar
} efter att det öppnades första gången
protocol-seal = Signatur
protocol-root = Rot för hashträdet
protocol-previous = Föregående protokoll
protocol-first = Inget, det här är det första
protocol-key = Nyckelns id
protocol-signature = Signatur (Ed25519)
protocol-files = Spara protokollet
protocol-pdf = Ladda ner PDF
protocol-pdf-hint = Att läsa och lägga i arkivet.
protocol-json = Ladda ner JSON
protocol-json-hint = Att kontrollera. Här finns signaturen och en rad för varje dokument och meddelande.
protocol-csv = Ladda ner CSV
protocol-csv-hint = Samma rader för ett kalkylprogram. Den filen är inte signerad.

proofs-title = Bevis för ett dokument
proofs-lead = Ett bevis visar att ett visst dokument eller ett visst meddelande står i ett protokoll, utan att visa något annat i det.
proofs-id = Dokumentets eller meddelandets id
proofs-id-hint = Meddelandets id stod i svaret när ett system skickade det. Båda finns i protokollets CSV, i kolumnerna id och message.
proofs-id-wrong = Skriv hela id:t, till exempel 0192f0c1-2345-7abc-8def-0123456789ab.
proofs-id-unknown = Inget gallrat har det id:t. Det kan vara felskrivet, inte gallrat än eller gallrat innan det fanns protokoll.
proofs-find = Hämta bevis
proofs-of-document = Dokument, { $size }
proofs-of-message = Meddelande
proofs-purged = Gallrades { $at }
proofs-sent = Skickades { $at }
proofs-file = Ladda ner beviset
proofs-check = Kontrollera en fil med kommandot { $command } och { $keys }. Det går utan nätverk.
proofs-check-keys = de publika nycklarna

protocol-pdf-description = Signerad redovisning av gallrade dokument
protocol-pdf-lead = Postvalv har förstört nycklarna till dokumenten nedan, raderat det krypterade innehållet och tagit bort titlar, filnamn och kopplingen till mottagarna.
protocol-pdf-type = Dokumenttyp
protocol-pdf-rule = Regel
protocol-pdf-size = Storlek
protocol-pdf-sum = Summa
protocol-pdf-verify = Så kontrolleras protokollet
protocol-pdf-verify-file = Det här dokumentet är till för att läsas. Det som är signerat är protokollets JSON-fil, som innehåller en rad för varje gallrat dokument och varje meddelande. Roten under Signatur följer av de raderna.
protocol-pdf-verify-keys = Hämta de publika nycklarna på { $address } och spara dem. Kontrollera att nyckelns id under Signatur finns bland dem.
protocol-pdf-verify-command = Kör sedan: postvalv protocol verify --keys NYCKLAR.json PROTOKOLL.json
protocol-pdf-zone = Tider anges i tidszonen { $zone }.
protocol-pdf-page = Sida { $page } av { $pages }
