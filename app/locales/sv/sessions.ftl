### Sidan där en person ser och avslutar sina egna inloggningar.

sessions-title = Dina inloggningar
sessions-lead = { $count ->
    [one] Du är bara inloggad här.
   *[other] Du är inloggad i { $count } webbläsare.
}
sessions-this = Den här enheten
sessions-same-network = Samma nätverk som du använder nu
sessions-signed-in = Inloggad { $at }
sessions-last-used = Senast använd { $at }
sessions-today = i dag kl.{"\u00A0"}{ $hour }.{ $minute }
sessions-end = Logga ut där
sessions-end-others = Logga ut överallt utom här
sessions-one-ended = Den inloggningen är avslutad.
sessions-others-ended = Nu är du bara inloggad här.
sessions-unfamiliar = Känner du inte igen en inloggning?
sessions-unfamiliar-body = Logga ut där. Tror du att någon annan har använt din e‑legitimation? Spärra den hos den som har gett ut den, till exempel din bank.
sessions-unfamiliar-staff-body = Logga ut där och byt lösenord. Berätta också för en administratör i din organisation.
sessions-described = Vi beskriver enheten så som dess webbläsare säger att den är. Det kan vara fel.

## Enheter

sessions-device = { $browser } på { $system }
sessions-device-no-browser = Okänd webbläsare på { $system }
sessions-device-no-system = { $browser } på okänd enhet
sessions-device-unknown = Okänd enhet
sessions-mac-or-ipad = Mac eller iPad

## Platser

sessions-place-near = I närheten av { $city }, { $country }
sessions-place-city = I närheten av { $city }
sessions-place-country = Land: { $country }
sessions-place-described = Platsen räknas ut från nätverket. Den är ungefärlig och kan vara helt fel, särskilt i mobilnät.

## När någon loggar in från en ny sorts enhet

new-devices-title = { $count ->
    [one] Någon loggade in från en ny sorts enhet
   *[other] Någon loggade in från nya sorters enheter
}
new-devices-one = { $device }, { $at }
new-devices-place = { $device }, { $at }. { $place }
new-devices-not-me = Var det inte du? Logga ut där, och spärra din e‑legitimation hos den som har gett ut den, till exempel din bank.
new-devices-was-me = { $count ->
    [one] Det var jag
   *[other] Det var jag varje gång
}
new-devices-sessions = Se var du är inloggad

## Innan tiden går ut

countdown-title = Utloggning
countdown-idle = Du loggas snart ut, eftersom du inte har gjort något på en stund.
countdown-absolute = Du loggas snart ut, eftersom du har varit inloggad så länge som det går. Logga in igen om du inte är klar.
countdown-stay = Stanna kvar
