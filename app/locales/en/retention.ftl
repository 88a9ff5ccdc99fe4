### The pages on which an organisation decides how long it keeps what it sends.

retention-title = Retention
retention-lead = This is how long recipients can read what you send. When the time is up it is destroyed and can’t be brought back.
retention-rules = The rules in force
retention-everything = Everything you send
retention-everything-else = Everything else
retention-days-from-sent = { $days ->
    [one] One day
   *[other] { $days } days
} from when it was sent
retention-days-from-opening = { $days ->
    [one] One day
   *[other] { $days } days
} from when the recipient first opened it, but at most { $most ->
    [one] one day
   *[other] { $most } days
} from when it was sent
retention-days-from-closing = { $days ->
    [one] One day
   *[other] { $days } days
} from when its case was closed, but at most { $most ->
    [one] one day
   *[other] { $most } days
} from when it was sent
retention-purpose = Purpose
retention-legal-ground = Legal ground
retention-limits = Whoever sends a message can choose a time of their own between { $least } and { $most } days. Nothing is kept for longer than { $most ->
    [one] one day
   *[other] { $most } days
}. Whoever runs the portal allows at most { $ceiling ->
    [one] one day
   *[other] { $ceiling } days
}.
retention-still-following = { $count ->
    [one] One delivery is
   *[other] { $count } deliveries are
} still under the rules before these. That mends itself.
retention-change = Change the rules
retention-due = What will be purged
retention-due-lead = How many documents will be purged each week for the next twelve weeks, if nothing changes.
retention-due-none = No documents will be purged in the next twelve weeks.
retention-due-busy = What will be purged can’t be shown right now, since it is being worked out for others. Reload the page in a while.
retention-due-caption = Documents by calendar week
retention-due-table = Show as a table
retention-due-week-column = Week
retention-due-documents-column = Documents
retention-due-week = Week { $week }, { $from } to { $until }
retention-versions = Rules before and now
retention-versions-lead = Every decision is kept. The one on top is in force.
retention-versions-before = Rules before those
retention-versions-latest = The rules in force
retention-versions-older = Older rules
retention-versions-pages = Pages of rules
retention-version = Rules number { $version }
retention-version-rules = Show the rules
retention-decided-by = Decided { $when } by { $who }
retention-decided = Decided { $when }
retention-form-title = Change the retention
retention-form-lead = First you see what the change does to what was sent already. Nothing changes before you save.
retention-limits-legend = Limits
retention-minimum = Fewest days
retention-minimum-hint = No rule and no sender can choose less.
retention-minimum-wrong = Write a whole number of days, at least 1 and no more than the most.
retention-maximum = Most days
retention-maximum-hint = Nothing is kept for longer, counted from when it was sent. Whoever runs the portal allows at most { $ceiling ->
    [one] one day
   *[other] { $ceiling } days
}.
retention-maximum-wrong = Write a whole number of days, at most { $ceiling }.
retention-default = The rule of everything without one of its own
retention-days = Number of days
retention-days-wrong = Write a whole number of days within the limits above.
retention-type-days-hint = Leave it empty if the document type is to have no rule of its own.
retention-counted = The days are counted from when
retention-counted-sent = it was sent
retention-counted-opened = the recipient first opened it
retention-counted-opened-hint = What nobody opens is kept for the most days.
retention-counted-closed = its case was closed
retention-counted-closed-hint = While the case is open it is kept, but for no more than the most days.
retention-purpose-hint = Why it is kept for so long. The recipient sees it.
retention-legal-ground-hint = A law, say, or your retention schedule. The recipient sees it.
retention-reason-wrong = Purpose and legal ground can have at most 200 characters each.
retention-types = Rules of their own for document types
retention-types-lead = The document type is the word that your system sends along.
retention-type-own = A rule of its own
retention-type-follows = No rule of its own
retention-new-type = A new document type
retention-type-name = The document type’s name
retention-type-name-hint = Write it exactly as the system sends it, such as decision.
retention-type-name-wrong = A name has at most 64 characters: letters from a to z, digits, full stops, hyphens and underscores.
retention-type-known = That document type is in the list already. Give it a rule there.
retention-too-many-types = At most thirty document types can have rules of their own.
retention-unchanged = These are the rules that are in force now.
retention-show-effect = Show what happens
retention-effect-title = This happens if you save
retention-effect-refused = The change is not saved
retention-effect-back = Back to retention
retention-effect-lead = Nothing has changed yet.
retention-effect-gone = { $documents ->
    [one] One document
   *[other] { $documents } documents
} in { $messages ->
    [one] one message
   *[other] { $messages } messages
} will be gone today
retention-effect-gone-hint = It can’t be undone.
retention-effect-earlier = { $documents ->
    [one] One document
   *[other] { $documents } documents
} in { $messages ->
    [one] one message
   *[other] { $messages } messages
} will go earlier than otherwise
retention-effect-earlier-today = What will be gone today is among these.
retention-effect-earlier-held = Among these, { $documents ->
    [one] one document
   *[other] { $documents } documents
} in { $messages ->
    [one] one message
   *[other] { $messages } messages
} are held. What is held can be read no longer than the rest, but is not destroyed until the hold is lifted.
retention-effect-later = { $documents ->
    [one] One document
   *[other] { $documents } documents
} in { $messages ->
    [one] one message
   *[other] { $messages } messages
} will stay longer than otherwise
retention-effect-unchanged = Not affected: { $documents ->
    [one] one document
   *[other] { $documents } documents
} in { $messages ->
    [one] one message
   *[other] { $messages } messages
}
retention-effect-unsent = Nothing was sent with the type “{ $type }” yet
retention-effect-unsent-alike = Did you mean “{ $type }”, which is in use? A rule holds only for what is sent with the same spelling.
retention-effect-nothing = Nothing was sent that is affected.
retention-effect-sent-on = Sent on { $day }.
retention-effect-sent-between = Sent between { $oldest } and { $newest }.
retention-effect-changed-meanwhile = Somebody else changed the rules while you were working. Go back to retention and see what is in force now.
retention-effect-more-goes = More would be purged today than the page said. See how it is now, and save again if it should still hold.
retention-effect-leave = Back without saving
retention-save = Save the rules
retention-ask = Ask for approval
retention-saved = The rules are in force now, for what was sent already too.
retention-approved-by = Approved by { $who }
retention-effect-needs-approval = Another admin must approve this change.
retention-effect-already-waits = Another change waits for approval already. It must be approved or withdrawn first.
retention-approval = Two admins
retention-approval-on = It takes two admins to let anything be purged earlier. One changes the rules, the other approves. To stop asking for two takes two as well.
retention-approval-on-alone = It takes two admins to let anything be purged earlier, but only one can sign in. Nothing can be approved until you have invited another.
retention-approval-off = One admin alone can decide that something is purged earlier.
retention-approval-off-alone = One admin alone can decide that something is purged earlier. To ask for two, there must be two who can sign in.
retention-approval-start = Ask for two admins
retention-approval-stop = Stop asking for two
retention-approval-on-now = From now on it takes two admins to let anything be purged earlier.
retention-waits-now = The change waits for another admin to approve it. Nothing has changed yet.
retention-withdrawn-now = The change is withdrawn.
retention-gone-now = The change waits no longer. It was approved or withdrawn, the rules were changed, fourteen days have passed, or whoever asked for it is no longer an admin who can sign in.
retention-pending-title = A change waits
retention-pending-link = A change waits for approval
retention-pending-asked = Asked for { $when }.
retention-pending-asked-by = Asked for { $when } by { $who }.
retention-pending-until = It can be approved before { $until }.
retention-pending-rules = The rules that would hold
retention-pending-no-approval = One admin alone could decide that something is purged earlier.
retention-pending-effect = This happens if it is approved now
retention-pending-waits = Another admin must approve it.
retention-pending-own = You can’t approve your own change. Ask another admin.
retention-pending-above = The change can’t be approved any more. The operator of the portal has lowered the longest that anything may be kept to { $days } days. Withdraw the change and make a new one.
retention-pending-approve = Approve
retention-pending-withdraw = Withdraw the change
