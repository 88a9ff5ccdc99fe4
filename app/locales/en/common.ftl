### What several pages share, and the pages outside the sign-in.

document-title = { $title } – Postvalv
language-name = English
skip = Skip to the content
sign-out = Sign out
to-inbox = To your inbox
to-start = To the start page
footer-operator = Postvalv is run by { $operator }.

## Dates and measures

day = { $day }{"\u00A0"}{ $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
day-and-time = { $day } at{"\u00A0"}{ $hour }:{ $minute }
decimal-sign = .
time-left-today = disappears today
time-left-days = disappears in { $days }{"\u00A0"}{ $days ->
    [one] day
   *[other] days
}
time-left-until = can be read until { $day }

## Start page

landing-document-title = Sign in
landing-title = Read your documents in peace and quiet
landing-lead = Have you been told that something is waiting for you here? Sign in to read it.
landing-sign-in = Sign in with { $provider }
landing-on-this-device = Use { $provider } on this device instead
landing-on-other-device = Use { $provider } on another device instead
landing-last-used = You used this way last on this device.
landing-provider-down = { $provider } does not seem to be working right now. You can try all the same, or come back in a while.
landing-steps = How it works
landing-step-sign-in = You show who you are with your e‑ID. You do not need to create an account.
landing-step-read = You read the documents here and download what you want to keep.
landing-step-gone = When the time is up, the documents are deleted from here.
landing-safe = Only sign in when you have chosen to yourself
landing-safe-body = Nobody who works with Postvalv will call you and ask you to use your e‑ID. If someone does, hang up.
landing-sign-in-first = Sign in to read what you wanted to open. You will be taken straight there.
landing-session-ended = You have been signed out because you had not used the page for a while. Sign in again to continue.
landing-sign-in-cancelled = The sign-in was cancelled. You can try again whenever you like.

## Signed out

signed-out-title = You are signed out
signed-out-lead = Nobody can read your documents on this device now without signing in.
signed-out-shared-computer = If other people use this device too: close the browser, and delete files that you have downloaded.

## The letter that the sender prints

letter =
    { $organisation } has sent documents to you.

    How to read them:
    1. Open your web browser and type the address { $portal }
    2. Sign in with your e‑ID.

    You can read the documents until { $last_day }. Then they are deleted.

    We never call you and ask you to sign in. If you are unsure, contact { $organisation }.
