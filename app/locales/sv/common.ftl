### Det som flera sidor har gemensamt, och sidorna utanför inloggningen.

document-title = { $title } – Postvalv
language-name = Svenska
skip = Hoppa till innehållet
sign-out = Logga ut
to-inbox = Till inkorgen
to-start = Till startsidan
footer-operator = Postvalv drivs av { $operator }.

## Datum och mått

day = { $day }{"\u00A0"}{ $month ->
    [1] januari
    [2] februari
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] augusti
    [9] september
    [10] oktober
    [11] november
   *[12] december
} { $year }
day-and-time = { $day } kl.{"\u00A0"}{ $hour }.{ $minute }
decimal-sign = ,
time-left-today = försvinner i dag
time-left-days = försvinner om { $days }{"\u00A0"}{ $days ->
    [one] dag
   *[other] dagar
}
time-left-until = kan läsas till och med { $day }

## Startsidan

landing-document-title = Logga in
landing-title = Läs dina handlingar i lugn och ro
landing-lead = Har du fått besked om att något väntar på dig här? Logga in, så kan du läsa det.
landing-sign-in = Logga in med { $provider }
landing-on-this-device = Använd { $provider } på den här enheten i stället
landing-on-other-device = Använd { $provider } på en annan enhet i stället
landing-last-used = Du använde det här sättet senast på den här enheten.
landing-provider-down = { $provider } verkar inte fungera just nu. Du kan prova ändå, eller komma tillbaka om en stund.
landing-steps = Så går det till
landing-step-sign-in = Du visar vem du är med din e‑legitimation. Du behöver inte skapa något konto.
landing-step-read = Du läser handlingarna här och laddar ner det du vill behålla.
landing-step-gone = När tiden har gått ut raderas handlingarna härifrån.
landing-safe = Logga bara in när du själv har valt det
landing-safe-body = Ingen som arbetar med Postvalv ringer dig och ber dig använda din e‑legitimation. Om någon gör det, lägg på.
landing-sign-in-first = Logga in för att läsa det du ville öppna. Du kommer dit direkt efteråt.
landing-session-ended = Du har loggats ut eftersom du inte har använt sidan på en stund. Logga in igen för att fortsätta.
landing-sign-in-cancelled = Inloggningen avbröts. Du kan försöka igen när du vill.

## Utloggad

signed-out-title = Du är utloggad
signed-out-lead = Nu kan ingen läsa dina handlingar på den här enheten utan att logga in.
signed-out-shared-computer = Om andra också använder enheten: stäng webbläsaren, och ta bort filer som du har laddat ner.


## Brevet som avsändaren skriver ut

letter =
    { $organisation } har skickat handlingar till dig.

    Så läser du dem:
    1. Öppna din webbläsare och skriv in adressen { $portal }
    2. Logga in med din e‑legitimation.

    Du kan läsa handlingarna till och med { $last_day }. Sedan raderas de.

    Vi ringer dig aldrig och ber dig logga in. Är du osäker, kontakta { $organisation }.
