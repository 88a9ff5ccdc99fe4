### The staff's pages: the way in and one's own account.

staff-navigation = Parts of Postvalv
staff-news = Something has happened to your account that you should look at
form-continue = Continue
form-wrong-title = Error: { $title }
footer-staff = For staff
footer-recipients = For people who have received documents

## The way in

staff-organisation-title = Sign in as staff
staff-organisation-lead = Which organisation do you work for?
staff-organisation-label = The organisation’s short name
staff-organisation-hint = It stands last in the address of your sign-in page, for example exempelkommunen.
staff-organisation-unknown = No organisation here has that short name. Look in the link that came with your invitation, or ask a colleague.
staff-recipient = Has somebody sent you documents?
staff-recipient-link = Then you sign in here instead.
staff-sign-in-title = Sign in as staff
staff-more-asked = The sign-in rules have changed. Sign in again to see what is needed.
staff-email = E-mail address
staff-password = Password
staff-sign-in-refused = You could not be signed in. Check the e-mail address and the password. After several wrong tries the account is locked for a while, and then not even the right password helps.
staff-forgotten = Can’t you get in?
staff-forgotten-body = Ask an admin of your organisation to unlock the account or to send a new invitation. You choose a new password then.
staff-by-password = Or with a password
staff-forgotten-work-account = Ask whoever looks after work accounts in your organisation.
staff-other-organisation = Choose another organisation
staff-signed-out-lead = Nobody can now work as you in this web browser without signing in.
staff-sign-in-again = Sign in again
sign-in-finish = Sign in

## The second step

second-factor-title = Enter the code from your app
second-factor-code = Six-digit code
second-factor-code-hint = Open your authenticator app. The code changes every thirty seconds.
second-factor-wrong = The code is not right, or you have used it already. Wait for the next code in the app and enter that.
second-factor-too-many = There have been too many mistakes in a row. Wait a while and try again. After ten mistakes the account is locked for an hour.
second-factor-passkey-title = Use your passkey
second-factor-passkey-lead = Unlock with a finger, a face or a PIN, or with your security key.
second-factor-code-instead = Enter a code from the app instead
second-factor-lost-passkey = Can’t you use your passkey?
second-factor-lost-passkey-body = Use one of the recovery codes that you saved when you added your first passkey. Each works once. If you have none left, ask an admin for a new invitation.
second-factor-lost = Don’t you have your phone?
second-factor-lost-body = Use one of the recovery codes that you saved when you set up the app. Each works once. If you have none left, ask an admin for a new invitation.
second-factor-recovery-code = Recovery code
second-factor-recovery-wrong = The recovery code is not right, or it has been used already. Try another.
second-factor-recover = Sign in with a recovery code

## Setting up the app

set-up-title = Protect the account with codes from an app
set-up-lead = With codes from your phone it is not enough that somebody gets hold of your password.
set-up-lead-required = A code from your phone is required here beside the password. It is then not enough that somebody gets hold of your password.
set-up-or-passkey = Would you rather use a finger, a face, a PIN or a security key? It is faster and protects better.
set-up-passkey = Use a passkey instead
set-up-app = Open an authenticator app on your phone.
set-up-app-hint = Don’t you have one? Any will do, for example Microsoft Authenticator, Google Authenticator or Aegis.
set-up-scan = Choose to add an account in the app and point the phone at the square.
set-up-qr = QR code for your authenticator app
set-up-cannot-scan = Can’t you scan the square?
set-up-secret = Enter this key in the app instead:
set-up-confirm = Enter the code that the app shows.
set-up-wrong = The code is not right. Check that your phone’s clock is right and enter the code that the app shows now.
set-up-finish = Turn on
recovery-codes-title = Save your recovery codes
recovery-codes-lead = With a recovery code you get in if you lose your phone or your key. They are shown only this once.
recovery-codes-keep = Print the page or save the codes in a password manager. Each code works once.
recovery-codes-kept = I have saved the codes

## Passkeys

passkey-use = Use passkey
passkey-waiting = Follow what the browser or your security key says.
passkey-cancelled = It was cancelled or took too long. No harm done – try again when you like.
passkey-known = You have added this device or key already.
passkey-too-often = There have been too many tries from here. Wait a minute and try again.
passkey-failed = That did not work. Reload the page and try again.
passkey-wrong = That passkey could not be used here. Try again, or choose another way below.
passkey-too-long = It took too long. Try again.
passkey-impossible = This browser can’t use passkeys, or JavaScript is turned off. Use a code instead.
passkey-impossible-confirm = This browser can’t use passkeys, or JavaScript is turned off. Use password and code instead.
passkey-new-title = Add a passkey
passkey-new-lead = You sign in with your password and then confirm with a finger, a face, a PIN or a security key. It works on this website alone, so nobody can trick you out of it on another.
passkey-new-finish = Add
passkey-new-impossible = This browser can’t make passkeys, or JavaScript is turned off. Open the page in another browser, or use codes from an app.
passkey-new-refused = It could not be added. Try again, or use another device or key.
passkey-too-many = You have ten passkeys already. Remove one that you don’t use first.
passkey-name = Name of your passkey
passkey-name-hint = Something by which you recognise it, for example Work laptop or Blue key.
passkey-name-wrong = Enter a name of at most 60 characters.
passkey-rather-app = Codes from an app
passkey-add = Add a passkey
passkey-remove = Remove
passkey-added-on = Added { $day }
passkey-used = Last used { $at }
passkey-never-used = Not used yet
passkey-only = This is all that protects the account beside the password. Add another passkey, or codes from an app, before you remove it.
passkey-added = Your passkey is added. Everywhere else you are now signed out.
passkey-removed = It is removed. Everywhere else you are now signed out. Remove it on the device too, so that it is not suggested there.

## Password and invitation

password-title = Change password
password-lead = When you have changed it you are signed out everywhere but here.
password-lead-required = Your organisation wants passwords to be changed now and then, and now it is time.
password-current = Your current password
password-new = New password
password-rules = At least 12 characters. A few words in a row that do not belong together are easy to remember and hard to guess.
password-repeated = The new password once more
password-change = Change password
password-wrong-current = That was not your current password.
password-differs = You wrote two different passwords. Write the same in both boxes.
password-too-short = The password is too short. Write at least 12 characters.
password-too-long = The password is too long. Write at most 128 characters.
password-control-characters = The password has a character that no keyboard gives. Write it anew.
password-same-as-identity = The password is too much like your name, your address or the organisation’s name. Choose something else.
password-common = That password is one of those that everybody tries first. Choose another.
password-guessable = That password is too easy to guess. Add a couple of words that have nothing to do with you or your work.
password-used-before = You have had that password before. Choose a new one.
invitation-title = Choose a password
invitation-lead = Welcome, { $name }! You are invited to work in Postvalv for { $organisation }.
invitation-email-hint = You sign in with it.
invitation-until = The invitation holds until { $at } and can be used once.
accepted-early-title = The password is chosen
accepted-early-lead = You can sign in from { $day } on. You sign in here then:
invitation-void = The invitation does not hold
invitation-void-body = It has been used, is too old, or was replaced by a newer one. Ask an admin of your organisation for a new one.
invitation-void-sign-in = I have an account already

## What was sent

staff-cases-title = Cases
staff-cases-lead = This is what the organisation has sent, the latest first.
staff-cases-empty = Nothing has been sent yet
staff-cases-empty-body = When the organisation’s systems send documents, you see here whether the recipients have opened them.
staff-cases-pages = More cases
staff-cases-older = Show older
staff-cases-latest = To the latest
staff-case-gone = The content is gone
staff-case-sent = Sent { $at }
staff-case-forgotten = The recipient is no longer shown
staff-case-prid = Foreign e‑ID { $prid }
staff-case-work-account = Work account { $address }
staff-case-work-account-unknown = Work account
staff-case-unreadable = The recipient can’t be shown
staff-case-page = Case
staff-case-title = Case with { $recipient }
staff-case-title-forgotten = A case
staff-case-is-open = Open
staff-case-closed = Closed { $when }
staff-case-kept-until = Can be read up to and including { $last_day }
staff-case-days-after-closing = The rule is { $days ->
    [one] one day
   *[other] { $days } days
} from when the case is closed
staff-case-close = Close the case
staff-case-close-counted = The days begin of what is kept for a time from when the case is closed. The recipient sees that the case is closed, and the new last day.
staff-case-close-lead = The recipient sees that the case is closed. How long it is kept does not change.
staff-case-closed-now = The case is closed.
staff-case-reopen = Open the case again
staff-case-reopen-counted = It is kept as if it had never been closed, and the days begin anew when it is closed the next time. What has ended does not come back.
staff-case-reopen-lead = The recipient does not see any more that the case is closed. How long it is kept does not change.
staff-case-reopened-now = The case is open again.
staff-case-extend = Extend the case
staff-case-extend-lead = What can still be read in the case stays up to and including the day that you choose, also when the rules are shorter. The recipient sees the new day, but not the reason. It can’t be undone.
staff-case-extended-fully = The case can’t be extended any further. It is kept for as long as the operator of the portal allows already.
staff-case-last-day = Last day
staff-case-last-day-hint = From { $first } up to and including { $last }.
staff-case-day-missing = Write a day.
staff-case-day-not-later = The case stays until that day already. Choose a later one.
staff-case-day-above = Whoever runs the portal allows this case no longer than up to and including { $latest }.
staff-case-too-late = It is too late. Nothing in the case can be read any more, or only for some minutes.
staff-case-extended-now = The case is extended.
staff-case-extensions = Extensions
staff-case-extended-to = Up to and including { $day }
staff-case-extended = Decided { $when }
staff-case-extended-by = Decided { $when } by { $who }
staff-state-waiting = Not opened
staff-state-opened = Opened { $day }
staff-state-revoked = Taken back { $day }
staff-state-expired = Its time is over
staff-state-purged = Purged { $day }

## One's own account

account-title = Your account
account-name = Name
account-email = E-mail address
account-role = Role
account-valid = Valid
account-password = Password
account-password-set = Chosen { $day }.
account-work-account = Work account
account-work-account-body = You sign in with your work account. Password, codes, name and role are changed there, by whoever looks after work accounts in your organisation.
account-passkeys = Passkeys and security keys
account-passkeys-body = With a passkey you confirm your sign-in with a finger, a face, a PIN or a security key instead of a code.
account-second-factor = Codes from an app
account-second-factor-on = Turned on. You enter a code when you sign in.
account-second-factor-on-passkey = Turned on, for when you don’t use a passkey.
account-second-factor-off = Not turned on. Turn it on, so that it is not enough that somebody gets hold of your password.
account-second-factor-off-passkey = Not turned on. You use a passkey, and that is enough.
account-second-factor-turn-on = Turn on codes from an app
account-second-factor-replace = Change phone or app
account-recovery-codes-title = Recovery codes
account-recovery-codes = { $count ->
    [0] You have no recovery codes left.
    [one] You have one recovery code left.
   *[other] You have { $count } recovery codes left.
}
account-recovery-codes-few = Make new ones before they run out.
account-recovery-codes-new = Make new recovery codes
account-sessions = Sign-ins
account-sessions-link = See where you are signed in
account-new-passkey = A passkey was added to your account: { $device }, { $at }. Was it not you? Change your password now, and remove it.
account-new-app = Codes from an app were turned on for your account: { $device }, { $at }. Was it not you? Change your password now, and then change to an app of your own.
account-new-device = New sign-in to your account: { $device }, { $at }. Was it not you? Change your password now.
account-new-device-place = New sign-in to your account: { $device }, { $at }. { $place }. Was it not you? Change your password now.
account-told = Good to know
account-told-seen = I have seen this
account-failed-tries = { $count ->
    [one] Somebody has tried to sign in as you once with wrong details since you were last here.
   *[other] Somebody has tried to sign in as you { $count } times with wrong details since you were last here.
}
account-password-changed = Your password is changed.
account-second-factor-turn-off = Turn off codes from an app
account-second-factor-removed = The codes from the app are turned off.
account-valid-between = { $from } – { $until }
account-valid-from = from { $from }
account-valid-until = until and including { $until }
account-valid-always = until further notice

## Confirm

confirm-title = Confirm that it is you
confirm-lead = You are about to make an important change, and first we need to know that it is you. It is not made before you have confirmed and done it again.
confirm-not-done-yet = Thank you. Now you can do what you wanted to do. It is not done yet.
confirm-first = Nothing is saved yet. Confirm first that it is you. The page opens in a new tab. Then come back here and send the form again.
confirm-open = Confirm that it is you (new tab)
confirm-code-hint = If you have just used the code that the app shows, wait for the next one.
confirm-by-password = Use password and code instead
confirm-finish = Confirm
confirm-wrong = That was not right. Check the password and the code, and try again.
confirm-wrong-passkey = That was not right. Check the password, and try again with your passkey.
confirm-new-passkey = Your passkey is new, so enter your password too. The next time that you have signed in it is enough alone.
confirm-no-way = Signing in with a work account is not turned on here right now. Ask whoever runs the portal.

## Roles

role-sender = Sender
role-admin = Admin
role-auditor = Auditor
