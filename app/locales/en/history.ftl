### What happened to a case, and all sign-ins: what a person can see for themselves.

history-link = Who has opened it?
history-title = Who has opened it?
history-lead = Here you see when you have opened what { $organisation } has sent you. The same document may have been sent to others too. What they do is not shown to you, and what you do is not shown to them.
history-staff = Staff of { $organisation } see that it was sent and whether you have opened it. They can’t open the documents in the portal.
history-sent = A computer system of { $organisation } sent you “{ $title }”
history-notified = An e-mail saying that “{ $title }” is waiting was sent to you
history-rules = { $who } changed the rules for how long things are kept. “{ $title }” follows the new rules
history-case-closed = { $who } closed the case
history-case-reopened = { $who } opened the case again
history-case-extended = { $who } decided that the case stays for longer
history-case-extended-to = { $who } decided that the case stays up to and including { $last_day }
history-extract-made = { $who } made an extract of what the organisation has registered about you
history-case-seen = { $who } looked at the case: what has been sent to you, and whether you have opened it
history-by-organisation = { $organisation }
history-by-staff = A staff member of { $organisation }
history-by-admin = An admin of { $organisation }
history-by-named = { $name }, a staff member of { $organisation },
history-by-two = { $name } and { $other }, staff members of { $organisation },
history-case-opened = You opened the case
history-history-seen = You looked at who has opened the case
history-viewed = You opened { $document }
history-downloaded = You downloaded { $document }
history-damaged = Something in the case was damaged when you opened it, and was not shown
history-document-damaged = You tried to open { $document }, but what is stored is damaged
history-quoted = “{ $text }”
history-unnamed-document = a document whose name can’t be shown here
history-untitled = its title is damaged and can’t be shown
history-this-session = In this sign-in
history-cut = Only the latest times are shown.
history-unfamiliar = Wasn’t it you?
history-unfamiliar-body = If somebody else did any of this, they have been signed in as you. Go to your sign-ins, and report the one that isn’t yours.
history-described = What you opened and downloaded comes from the portal’s log. That staff looked at just this case comes from there too. That they saw it in a list of cases, or that the sender’s computer system asked whether you have opened it, is not shown. What somebody does several times within ten minutes is told once. From which device you were signed in is shown as long as the sign-in is kept.

sign-ins-title = All your sign-ins
sign-ins-lead = { $unusual ->
    [0] Do you recognise them? None of them stands out.
    [one] One sign-in differs from your earlier ones. Was it you?
   *[other] { $unusual } sign-ins differ from your earlier ones. Was it you?
}
sign-ins-report-body = If you press “It wasn’t me” you are signed out everywhere but here. Whoever runs the portal, and the organisations that have sent anything you can read here, see in their logs that a sign-in was reported.
sign-ins-new-device = New kind of device
sign-ins-new-country = Other country than before
sign-ins-report = It wasn’t me
sign-ins-reported = You have reported the sign-in. You are now signed out everywhere but here. Block your e‑ID with whoever issued it, such as your bank.
sign-ins-reported-at = Reported by you { $at }
sign-ins-more = There are more, but only the latest 100 are shown.
sign-ins-not-me = When somebody else has signed in as you
sign-ins-not-me-body = Somebody was then able to use your e‑ID. Block it with whoever issued it, such as your bank, and get a new one before you sign in again.
sign-ins-contact = Do you need help? Write to { $operator }:
sign-ins-kept = Sign-ins are kept for { $days } days, and go earlier when nothing for you is left in the portal. Refused attempts are not shown: we don’t know for sure who they were by.

mail-title = E-mails to you
mail-address = We e-mail { $address } when something new is waiting for you from a sender who gave your address, before it is removed, and when somebody signs in as you from a new kind of device.
mail-kept = We have the address { $address } of yours.
mail-no-address = We have no e-mail address of yours, so you get no e-mails from here.
mail-refused = You have said no to e-mails. We have no e-mail address of yours, and keep none.
mail-not-sent = This portal sends no e-mails at all.
mail-given-why = We e-mail you when something new is waiting for you, before something is removed, when you have got an answer to something that you asked for, and when somebody signs in as you from a new kind of device. The e-mails never say what has been sent.
mail-own = We e-mail you at { $address }. You gave the address yourself, on { $at }.
mail-own-alone = We use that address alone, even if a sender gives another.
mail-own-show = Show what you said yes to
mail-from-where = We get the address from whoever sends you something, or from your employer’s directory when you sign in with a work account. It is used for these e-mails alone.
mail-refuse-body = If you say no, the address is removed at once, and e-mails that wait are not sent. You are then not told from here when something new has come. Your no counts for every sender, as long as there is something for you in the portal or you are signed in.
mail-refuse = Remove my address and stop e-mailing
mail-refuse-none = Say no to e-mails
mail-withdraw-body = If you withdraw your yes, the address is removed at once, and e-mails that wait are not sent. You are then not told from here when something new has come, and we use no address that a sender gives either.
mail-withdraw = Withdraw my yes and remove the address
mail-refused-now = We won’t e-mail you any more. We have no e-mail address of yours.
mail-allow-body = If you change your mind, we may keep the address that the next sender gives, and e-mail you there.
mail-allow = Allow e-mails again
mail-allowed-now = Now we may e-mail you again, when somebody gives an address of yours.
mail-refuse-title = Don’t you want any e-mails?
mail-withdraw-title = Don’t you want e-mails any more?
mail-allow-title = Or let senders give the address

mail-give-title = Give your e-mail address
mail-give-title-other = Do you want the e-mails at another address?
mail-give-title-change = Change the address
mail-give-body = We then e-mail you there alone, even if a sender gives another address. First we send an e-mail with a code to the address. You type the code in here.
mail-give-refused = Your no then no longer counts.
mail-give-address = Your e-mail address
mail-give-send = Send the code
mail-consent = Yes, the portal may e-mail me at this address: when something new is waiting for me, before something is removed, when I have got an answer to something that I asked for, and when somebody signs in as me from a new kind of device. The e-mails may say who has sent something, never what. The address is used for nothing else. I can withdraw my yes at any time, and the address is then removed.
mail-not-an-address = Write an e-mail address, for example name@example.com.
mail-not-ticked = Tick the box if you say yes to e-mails. Without your yes we send no code.
mail-consent-changed = The text that you say yes to has just changed. Read it again.
mail-too-many = We send no more codes just now, so that nobody gets too many e-mails. Try again tomorrow.

mail-code-title = Type the code from the e-mail
mail-code-sent = We have sent an e-mail with a code to { $address }. Type the code here, so that we know that the address is yours.
mail-code-meanwhile = Until then we e-mail you at { $address } as before.
mail-code-nothing-else = Until then we send nothing else to the address.
mail-code = Code
mail-code-hint = Eight digits. The code is valid until { $until }.
mail-code-confirm = Confirm the address
mail-code-missing = Haven’t you got an e-mail from us?
mail-code-missing-body = It may take a few minutes. Look among the junk mail too, and check that the address is spelt right.
mail-code-again = Send a new code
mail-code-cancel = Remove the address
mail-code-undeliverable = This address takes no e-mails, says the mail server. Check that it is spelt right. If it is wrong, remove it further down on the page, and give the right one.
mail-code-form = The code has eight digits. Type all eight.
mail-code-wrong = { $left ->
    [one] That is not the code. You can try once more.
   *[other] That is not the code. You can try { $left } more times.
}
mail-code-too-many-tries = The code was wrong too many times, so we have removed the address. Give it again, and we send a new code.
mail-code-over = The code is no longer valid. Give the address again, and we send a new code.
mail-code-sent-again = We have sent a new code. The one before is no longer valid.
mail-dropped-now = The address is removed.
mail-proven-now = Thank you! The address is confirmed. We e-mail you there from now on.
mail-consent-title = What you said yes to
mail-consent-given = You said yes to version { $version } on { $at }.
mail-consent-withdrawn = You said yes to version { $version } on { $at }, and withdrew it on { $withdrawn }.
