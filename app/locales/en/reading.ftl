### The inbox, the case and the document.

inbox-title = Inbox
inbox-signed-in-as = Signed in as { $name }
inbox-unread = { $count ->
    [0] You have read everything.
    [one] You have one new item to read.
   *[other] You have { $count } new items to read.
}
inbox-new = New
inbox-damaged = This is damaged and can’t be shown
inbox-empty = You have nothing to read right now
inbox-empty-body = If you were told that something is waiting for you, the time may have run out. Contact the sender of that notice.
inbox-purging = Documents are deleted when their time is up. Download what you want to keep.
documents = { $count ->
    [0] no documents
    [one] 1 document
   *[other] { $count } documents
}

case-sender = From { $organisation }
case-sent = Sent { $at }
case-purpose = Why it is kept for so long: { $text }
case-legal-ground = Legal ground: { $text }
case-purging = You can read this until { $last_day }. Then it is deleted. Download what you want to keep.
case-closed = { $organisation } closed the case on { $day }. If you have questions, contact { $organisation } directly.
case-counted-from-closing = It is kept for { $days ->
    [one] one day
   *[other] { $days } days
} after { $organisation } has closed the case, but never longer than until the day that this page names.
case-counted-since-closing = It is kept for { $days ->
    [one] one day
   *[other] { $days } days
} from the day on which the case was closed, but never longer than it would have been otherwise.
case-damaged = Part of the message is damaged and is not shown, since what is stored does not match what was sent. Contact { $organisation } and ask for it again.
case-extended = { $organisation } has decided that the case stays for longer than its rules say.

document-sent = from { $organisation }, { $day }
document-download = Download
document-open = Open in the browser
document-stays = A file that you download stays on your device until you delete it.
document-keep = The document is here until { $last_day }. Then it is deleted.
file-facts = { $kind }, { $size }
kind-image = Image
kind-text = Text
kind-other = File

document-damaged = A damaged document that can’t be shown
document-damaged-ask = Ask the sender for it again

document-locked = A document that asks for a safer sign-in
document-locked-level = Assurance level { $level }

locked-title = The document asks for a safer sign-in
locked-lead = The sender has decided that only someone who has signed in at assurance level { $level } may read the document. You are signed in at a lower level.
locked-signs-out = You are signed out and sign in again. Then the document opens.
locked-no-way-in = Nobody can sign in here at that level right now. Contact the sender if you need to read the document.

preview-title = Preview
preview-frame = The content of { $name }
preview-image = { $name }, shown as an image
preview-loading = Fetching the document … { $percent }%
preview-drawing = Opening the document …
preview-position = Page { $page } of { $pages }
preview-page = Page { $page } of { $pages }
preview-previous = Previous page
preview-next = Next page
preview-larger = Larger
preview-smaller = Smaller
preview-unreachable = The document could not be fetched. Check that you are connected to the internet and reload the page.
preview-refused = The document can’t be read right now. You may have been signed out. Reload the page.
preview-unreadable = The document can’t be shown here. Download it and open it in another program.
preview-protected = The document is protected with a password. Download it and open it in another program.
preview-without-script = The preview needs JavaScript, which is switched off in your browser. Choose Open in the browser or Download instead.
preview-text-cut = Only the beginning is shown here. Download the document to read all of it.
preview-too-large = The document is too large to be shown here. Download it to read it.
preview-none = This kind of file can’t be shown here. Download it and open it in a program that suits it.
