### Dataskydd: vad portalen gör med personuppgifter, på sidan och i registerförteckningen.

data-title = Dataskydd
data-lead = Så här hanterar portalen personuppgifter. Sidan är skriven efter hur just den här portalen är inställd.
data-record-title = Register över behandling
data-record-body = Underlag enligt artikel 30 i dataskyddsförordningen (EU) 2016/679, skrivet efter portalens inställningar.
data-record-add = Rättslig grund, eventuella personuppgiftsbiträden och överföringar till tredjeland vet bara den som är ansvarig; lägg till dem.
data-record-add-beside-processors = Rättslig grund och överföringar till tredjeland vet bara den som är ansvarig; lägg till dem.

data-who = Vem som ansvarar
data-who-operator = { $operator } driver portalen: { $email }.
data-who-no-operator = Vem som driver portalen står i brevet eller beskedet som du fick.
data-who-sender = Den organisation som skickar något till dig bestämmer varför det skickas, och hur länge det finns här.

data-why = Varför
data-why-body = För att lämna ut dokument till en bestämd person som har visat vem hen är, och för att kunna visa efteråt vad som hände.

data-what = Vilka uppgifter
data-what-recipients = Om den som får något: personnummer, samordningsnummer eller annan identitet från legitimeringen, namn, e‑postadress om avsändaren eller arbetsgivaren har angett en eller du har lämnat en, och det som skickas.
data-what-sign-ins = Om inloggningar: när, med vilken sorts enhet, och en krypterad kod för nätverket.
data-what-sign-ins-places = Om inloggningar: när, med vilken sorts enhet, en krypterad kod för nätverket, och ungefär varifrån. Platsen slås upp i en fil på portalens egen server.
data-what-terms = Vilka villkor du har godkänt, när, och om du har tagit tillbaka det.
data-what-mail = Vad du har sagt om mejl: att du inte vill ha några, eller vilken text du har sagt ja till, när, och om du har tagit tillbaka det.
data-what-requests = Det du ber organisationer att radera eller rätta, med dina egna ord, och vad de svarar.
data-what-staff = Om handläggare: namn, e‑postadress, roll, och hur de loggar in.
data-what-log = I loggen: vem som gjorde vad och när, med slumpmässiga id:n i stället för namn och nummer, och nätverksadressen krypterad.

data-where = Var de finns
data-where-databases-server = Uppgifterna ligger i två databaser på PostgreSQL.
data-where-databases-files = Uppgifterna ligger i två databaser i SQLite-filer på portalens egen server.
data-where-databases-both = Uppgifterna ligger i två databaser, en på PostgreSQL och en i en SQLite-fil på portalens egen server.
data-where-documents-bucket = Dokumenten ligger krypterade i ett lagringsutrymme (S3-bucket). Nycklarna ligger inte där.
data-where-documents-folder = Dokumenten ligger krypterade i en mapp på portalens server, eller på en disk som den använder.
data-where-backups = Krypterade säkerhetskopior av databaserna och dokumenten görs också. Var de ligger bestämmer den som driver portalen.
data-where-place = Här står servern: { $place }
data-where-no-place = I vilket land och hos vem servern står vet den som driver portalen.

data-how-long = Hur länge
data-how-long-sent = Det som skickas: så länge avsändarens regler säger, men det som skickas nu högst { $days } dagar. Sedan kan ingen läsa det, nycklarna förstörs, och därefter raderas det. En avsändare kan skjuta upp raderingen, till exempel om det pågår en tvist, men inte låta någon läsa längre.
data-how-long-own = Till och med vilken dag just det du har fått finns kvar står i ärendet när du har loggat in, med ändamål och rättslig grund om avsändaren har skrivit dem.
data-how-long-inbox = Se det du har fått
data-how-long-person = Uppgifter om dig som person: tills det inte längre finns något till dig, ingen avsändare har skjutit upp raderingen av något, det du har bett om och svaren inte sparas längre, och du inte är inloggad.
data-how-long-mail = En e‑postadress som du själv har lämnat: tills du tar tillbaka ditt ja. Då raderas den genast. Bekräftar du den inte med koden raderas den efter ungefär en halvtimme. Vi räknar i ett dygn hur många koder vi har skickat till en adress. Då sparar vi en krypterad kod i stället för adressen.
data-how-long-requests = Det som du ber organisationer om, och deras svar: tills en tid efter att det är klart, minst 30 dagar om inte portalen sparar allt kortare än så.
data-how-long-sign-ins = Inloggningar: { $days } dagar, eller kortare om uppgifterna om dig försvinner innan dess.
data-how-long-session = Du loggas ut efter { $idle } minuter utan att du har gjort något, och alltid efter { $absolute } minuter.
data-how-long-extracts = Ett registerutdrag som du beställer: det som har tagits fram till det finns i 24 timmar. Ett utdrag som en organisation gör av vad den själv har registrerat om dig sparas inte här. Att det gjordes, när, av vem och varför sparas så länge som loggen, eller tills inget finns kvar om dig.
data-how-long-backups = Säkerhetskopior av nycklarna finns i { $days ->
    [one] { $days } dag
   *[other] { $days } dagar
}, och raderas sedan. Till dess kan de ha nycklarna till något som är raderat.
data-how-long-copies = Krypterade säkerhetskopior av databaserna och dokumenten: så länge som den som driver portalen bestämmer. Det som skickades till dig och är raderat går inte att öppna ur dem efter { $days ->
    [one] { $days } dag
   *[other] { $days } dagar
}. Andra uppgifter som är raderade, till exempel inloggningar och e‑postadresser, kan finnas kvar i dem tills kopian raderas.
data-how-long-no-backups = Portalen är inte inställd för säkerhetskopior. Om nycklarna kopieras på annat sätt, och hur länge kopiorna finns, vet den som driver portalen.
data-how-long-staff = Uppgifter om handläggare: så länge kontot finns. Konton stängs av, och raderas när deras organisation raderas.
data-how-long-left = När något är raderat finns det kvar att det har funnits: tider, sorts dokument och storlek, utan namn och innehåll.
data-how-long-log = Loggen: { $days } dagar. Om något av det som ska raderas ur en logg har ändrats sedan det skrevs, raderas inget ur den loggen förrän det är rättat.

data-others = Vilka fler som får uppgifter
data-others-sender = Avsändaren får veta när du har öppnat det som skickades, och om du anmäler att någon annan har loggat in som du.
data-others-providers = Den som legitimerar dig får veta att du loggar in här: { $providers }.
data-others-no-provider = Ingen kan logga in som mottagare just nu, eftersom ingen legitimering är inställd.
data-others-mail = E‑postservrar på vägen till dig ser din adress och vilken organisation som har skickat något. I mejlen står aldrig vad.
data-others-no-mail = Portalen skickar inga mejl.
data-others-documents = Den som driver lagringsutrymmet (S3-bucket) har dokumenten, krypterade. Nycklarna har den inte.
data-others-log = Loggen lämnas också till system för säkerhetsövervakning. Den som driver portalen bestämmer vilka.
data-others-checkpoints = Signerade kontrollsummor av loggen lämnas också till ett låst lagringsutrymme (S3-bucket). De säger inget om någon person.
data-others-webhooks = En organisation kan låta signerade kontrollsummor av sin egen logg skickas till en adress som den själv väljer. De säger inget om någon person.
data-others-processor = Personuppgiftsbiträde: { $processor }
data-others-nobody = Sidorna hämtar inget från andra webbplatser, och för ingen statistik över vad du gör.

data-protected = Hur de skyddas
data-protected-body = Dokument, texter och uppgifter om personer lagras krypterade. Nycklarna ligger för sig, och förstörs när tiden är ute.
data-protected-limit = Portalen öppnar dokumentet åt dig när du läser. Den som har full behörighet till en server som är igång skulle därför kunna se det som passerar där.

data-rights = Dina rättigheter
data-rights-body = Du har bland annat rätt att få veta vilka uppgifter som finns om dig, och att få fel rättade. När du är inloggad kan du under Dina rättigheter be den som har skickat något till dig att radera eller rätta det. Där ser du också vad som händer med det. Du ser själv alla dina inloggningar och vem som har öppnat vad, kan lämna eller ta bort din e‑postadress, och kan ladda ner en kopia av allt som portalen har om dig.
data-rights-supervision = Klaga hos Integritetsskyddsmyndigheten
