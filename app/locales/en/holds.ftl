### The pages on which an organisation stops the purge of a case, and lets it go on again.

holds-title = Holds
holds-lead = What is held is not destroyed. The recipient still can’t read it for longer than until its time is over, and nobody can read what you took back.
holds-how = You place a hold from the list of cases.
holds-standing = Holds in force
holds-none = Nothing is held.
holds-no-more = There are no more.
holds-standing-pages = More holds in force
holds-next = Show more
holds-first = To the beginning
holds-lifted = Lifted holds
holds-lifted-lead = The latest first. Seven days after a hold was lifted its reasons are forgotten, and whom it was on.
holds-lifted-pages = More lifted holds
holds-older = Show older
holds-shown-title = What recipients see
holds-shown = Recipients may see that a case is held
holds-shown-hint = They see that it is not destroyed when its time is over, but never why. They see it only for as long as they can read the case.
holds-shown-save = Save
holds-shown-saved = Your choice is saved.
hold-placed-flash = The hold is in force. Nothing that it is on is destroyed.
hold-placed-in-part = The hold is in force, but it came too late for some of it, which was being destroyed already. How much is said with the hold.
hold-lifted-flash = The hold is lifted. In seven days, whatever has run out of time is destroyed. Until then it can be held again.
hold-title = Hold
hold-on-case = A case
hold-on-case-with = Case with { $recipient }
hold-on-everything = Everything to a recipient
hold-on-everything-to = Everything to { $recipient }
hold-messages = { $count ->
    [0] Keeps nothing at present
    [one] Keeps one message
   *[other] Keeps { $count } messages
}
hold-too-late = { $count ->
    [one] Came too late for one message
   *[other] Came too late for { $count } messages
}
hold-placed = Placed { $when }
hold-placed-by = Placed { $when } by { $who }
hold-review-on = To be reviewed on { $day }
hold-review-due = It is time to review this hold.
hold-lifted = Lifted { $when }
hold-lifted-by = Lifted { $when } by { $who }
hold-is-lifted = Lifted
hold-keeps-until = Nothing is destroyed before { $when }
hold-case = Number of the case
hold-case-from = Placed from the case
hold-reason = Reason
hold-lift-reason = Reason for lifting it
hold-reason-hint = At most 200 characters. Write a reference number, for instance. Name no persons.
hold-reason-wrong = Say why, in at most 200 characters.
hold-reason-forgotten = No longer kept
hold-restored = The hold was restored from the portal’s ledger when a backup was put back. The reason was not in the backup and is lost.
hold-restored-review = Review the hold.
hold-lift-restored = By the portal’s ledger, the hold was lifted before a backup was put back. The reason is lost. The seven days are counted from when it was put back.
hold-lift = Lift the hold
hold-lift-lead = Seven days later, whatever has run out of time or was taken back is destroyed. It can’t be had back.
hold-lift-button = Lift the hold
hold-new-title = Hold from purging
hold-new-about = The case with { $recipient }
hold-new-lead = What is held is not destroyed until somebody lifts the hold. It never lifts by itself.
hold-scope = What is to be held?
hold-scope-case = This case
hold-scope-case-hint = All messages and documents in it.
hold-scope-recipient = All your cases with the recipient
hold-scope-recipient-hint = Also what you send later, for as long as the hold is in force.
hold-review = Review the hold on
hold-review-hint = A later day, within two years. The page then reminds of the hold.
hold-review-wrong = Choose a day after today and within two years.
hold-form-used = A hold was already placed with this form, and it was another or has been lifted since. If you need one more, check what you wrote and press the button again.
hold-all-too-late = It is too late. Everything in the case is being destroyed already.
hold-place = Place the hold
staff-case-open = Show the case (new tab)
staff-case-hidden = The contents are no longer shown
staff-case-held = Held from purging
staff-case-hold = Hold from purging
staff-case-hold-of = Hold from purging: { $recipient }
staff-case-hold-more = Add a hold
staff-case-hold-more-of = Add a hold: { $recipient }
retention-held = { $count ->
    [one] One document is held and is not counted.
   *[other] { $count } documents are held and are not counted.
}
case-held-until = You can read this up to and including { $last_day }, and no longer. The sender had decided that it is not to be deleted then all the same, and has taken that back: it is deleted { $until } at the earliest. Download what you want to keep.
case-held = You can read this up to and including { $last_day }, and no longer. The sender has decided that it is not to be deleted then all the same. Download what you want to keep.
