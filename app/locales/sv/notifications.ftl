### Breven som vi skickar med e-post. De säger att något väntar eller att något har hänt, och inget mer.

notification-waiting-subject = Något väntar på dig
notification-waiting =
    Något väntar på dig från:
    { $organisations }

    Så läser du det:
    1. Öppna din webbläsare och skriv in adressen { $address }
    2. Logga in där.
notification-more-senders = { $count } till
notification-unnamed-senders = avsändare som inte nämns i mejl

notification-ending-subject = Något tas snart bort
notification-ending-unread =
    Något som du inte har läst tas snart bort. Det är från:
    { $organisations }

    Så läser du det innan dess:
    1. Öppna din webbläsare och skriv in adressen { $address }
    2. Logga in där.
notification-ending-read =
    Något som du har läst tas snart bort. Det är från:
    { $organisations }

    Vill du spara det gör du så här innan dess:
    1. Öppna din webbläsare och skriv in adressen { $address }
    2. Logga in där och ladda ner det.

notification-account-subject = Om ditt konto
notification-recipient-new-device =
    Någon har loggat in som du från en ny sorts enhet, { $at }.

    Var det du behöver du inte göra något.

    Var det inte du? Spärra din e‑legitimation hos den som har gett ut den, till exempel din bank. Skriv sedan in adressen { $address } i din webbläsare, logga in och logga ut där du inte känner igen dig.
notification-request-subject = Du har fått ett svar
notification-request-answered =
    Du har fått ett svar på något som du har bett om i portalen.

    Så läser du det:
    1. Öppna din webbläsare och skriv in adressen { $address }
    2. Logga in där och välj Dina rättigheter längst ner på sidan.
notification-code-subject = Kod för din e‑postadress
notification-address-code =
    Din kod är { $code }

    Skriv in den på sidan där du lämnade e‑postadressen. Koden gäller till { $at }.

    Har du inte lämnat adressen hos oss? Då behöver du inte göra något. Utan koden används den inte.
notification-code-closing =
    Lämna inte koden till någon annan. Sidan där du skriver in den finns på { $address }

    Det här brevet skickas automatiskt. Ingen läser svar på det.
notification-staff-new-device =
    Någon har loggat in på ditt konto hos { $organisation } från en ny sorts enhet, { $at }.

    Var det du behöver du inte göra något.

    Var det inte du? { $remedy }
notification-staff-locked =
    Ditt konto hos { $organisation } är låst en stund efter många felaktiga försök att logga in, { $at }.

    Var det du kan du vänta en timme och försöka igen, eller be en administratör i din organisation att låsa upp.

    Var det inte du? { $remedy }
notification-staff-password-changed =
    Lösenordet till ditt konto hos { $organisation } har bytts, { $at }.

    Var det du behöver du inte göra något.

    Var det inte du? { $remedy }
notification-staff-second-factor-changed =
    Det som bekräftar din inloggning hos { $organisation }, koder från en app eller en passkey, har ändrats, { $at }.

    Var det du behöver du inte göra något.

    Var det inte du? { $remedy }
notification-staff-remedy = Säg till en administratör i din organisation genast. Kan du logga in, så byt ditt lösenord.

notification-never-ask =
    Vi frågar aldrig efter koder eller lösenord i e-post. Är du osäker, skriv själv in adressen { $address } i din webbläsare.

    Det här brevet skickas automatiskt. Ingen läser svar på det.
