### Tillgänglighetsredogörelsen.

accessibility-title = Tillgänglighetsredogörelse
# Får delas där det står stort på en smal skärm.
accessibility-heading = Tillgänglighets{"\u00AD"}redogörelse
accessibility-operator = { $operator } står bakom den här tjänsten och vill att alla ska kunna använda den.
accessibility-no-operator = Alla ska kunna använda den här tjänsten.
accessibility-how = Så tillgänglig är tjänsten
accessibility-how-body = Sidorna är byggda för att uppfylla WCAG 2.2 på nivå AA. De går att använda med bara tangentbord, med skärmläsare, i 400 procents förstoring, med ljusa och mörka färger, och utan JavaScript.
accessibility-limits = Det som kan vara svårt
accessibility-limit-documents = Dokumenten skrivs av den som skickar dem. Vi kan inte ändra dem. Är ett dokument svårt att läsa, be avsändaren om det i en annan form.
accessibility-limit-preview = Förhandsvisningen visar inte taggarna i ett PDF-dokument. Ladda ner dokumentet för att läsa det med hjälp av dem.
accessibility-limit-time = Av säkerhetsskäl loggas du ut när du inte har använt sidan på en stund. Du kan logga in igen och fortsätta där du var.
accessibility-complain = Säg till om något inte fungerar
accessibility-complain-body = Skriv till oss om du inte kan läsa eller använda något här, så hjälper vi dig. Skriv inget känsligt i mejlet.
accessibility-complain-sender = Kontakta den som skickade handlingen till dig om du inte kan läsa eller använda något här. Där kan du också få handlingen på ett annat sätt.
accessibility-supervision = Om du inte är nöjd med svaret
accessibility-supervision-body = Myndigheten för digital förvaltning, Digg, har tillsyn över att offentliga digitala tjänster är tillgängliga. Du kan anmäla brister dit.
accessibility-supervision-link = Anmäl till Digg
accessibility-tested = Så har vi prövat
accessibility-tested-body = Varje ny version prövas automatiskt sida för sida i en webbläsare, i ljusa och mörka färger, på mobil och på dator.
