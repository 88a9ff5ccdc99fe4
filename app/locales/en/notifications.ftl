### The mails that we send. They say that something is waiting or that something has happened, and nothing else.

notification-waiting-subject = Something is waiting for you
notification-waiting =
    Something is waiting for you from:
    { $organisations }

    How to read it:
    1. Open your web browser and type the address { $address }
    2. Sign in there.
notification-more-senders = { $count } more
notification-unnamed-senders = senders who are not named in e-mails

notification-ending-subject = Something is soon removed
notification-ending-unread =
    Something that you have not read is soon removed. It is from:
    { $organisations }

    How to read it before that:
    1. Open your web browser and type the address { $address }
    2. Sign in there.
notification-ending-read =
    Something that you have read is soon removed. It is from:
    { $organisations }

    To keep it, do this before then:
    1. Open your web browser and type the address { $address }
    2. Sign in there and download it.

notification-account-subject = About your account
notification-recipient-new-device =
    Someone has signed in as you from a new kind of device, { $at }.

    If it was you, there is nothing to do.

    Was it not you? Block your e‑ID with whoever issued it, for example your bank. Then type the address { $address } in your web browser, sign in, and sign out wherever it is not you.
notification-request-subject = You have got an answer
notification-request-answered =
    You have got an answer to something that you asked for in the portal.

    How to read it:
    1. Open your web browser and type the address { $address }
    2. Sign in there and choose Your rights at the bottom of the page.
notification-code-subject = Code for your e-mail address
notification-address-code =
    Your code is { $code }

    Type it in on the page where you gave the e-mail address. The code is valid until { $at }.

    Did you not give us the address? Then you need not do anything. Without the code it is not used.
notification-code-closing =
    Give the code to nobody else. The page where you type it in is at { $address }

    This mail is sent automatically. Nobody reads answers to it.
notification-staff-new-device =
    Someone has signed in to your account with { $organisation } from a new kind of device, { $at }.

    If it was you, there is nothing to do.

    Was it not you? { $remedy }
notification-staff-locked =
    Your account with { $organisation } is locked for a while after many wrong tries to sign in, { $at }.

    If it was you, wait an hour and try again, or ask an administrator in your organisation to unlock it.

    Was it not you? { $remedy }
notification-staff-password-changed =
    The password of your account with { $organisation } has been changed, { $at }.

    If it was you, there is nothing to do.

    Was it not you? { $remedy }
notification-staff-second-factor-changed =
    What confirms your sign-in with { $organisation }, codes from an app or a passkey, has been changed, { $at }.

    If it was you, there is nothing to do.

    Was it not you? { $remedy }
notification-staff-remedy = Tell an administrator in your organisation at once. If you can sign in, change your password.

notification-never-ask =
    We never ask for codes or passwords by e-mail. If you are unsure, type the address { $address } in your web browser yourself.

    This mail is sent automatically. Nobody reads answers to it.
