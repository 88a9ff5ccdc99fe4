### Purge protocols: the pages and the PDF.

protocols-title = Purge protocols
protocols-lead = This is what was purged, when and by which rule. Each protocol is signed, so that any later change to it shows. Nothing in it says whom the documents were about.
protocols-empty = No protocols yet
protocols-empty-body = When documents have been purged, a protocol comes here.
protocols-pages = More protocols
protocols-latest = The latest protocols
protocols-older = Older protocols
protocols-back = To all protocols

protocol-title = Purge protocol { $number }
protocol-number = Protocol { $number }
protocol-count-documents = { $count ->
    [one] 1 document
   *[other] { $count } documents
}
protocol-count-messages = { $count ->
    [one] 1 message
   *[other] { $count } messages
}
protocol-signed = Signed { $at }
protocol-organisation = Organisation
protocol-nr = Number
protocol-purged = Purged
protocol-period = { $first } to { $last }
protocol-closed = Signed
protocol-documents = Documents
protocol-documents-size = { $count }, { $size } together
protocol-messages = Messages
protocol-messages-of = { $count } with title and text
protocol-rules = What was purged, and why
protocol-no-type = Without a document type
protocol-rule-expired = Its retention was over: { $days ->
    [one] 1 day
   *[other] { $days } days
} after it was sent
protocol-rule-revoked = The sender took it back. Its retention was { $days ->
    [one] 1 day
   *[other] { $days } days
} after it was sent
protocol-rule-expired-opened = Its retention was over: { $days ->
    [one] 1 day
   *[other] { $days } days
} after it was first opened, or at the rules’ longest time
protocol-rule-revoked-opened = The sender took it back. Its retention was { $days ->
    [one] 1 day
   *[other] { $days } days
} after it was first opened
protocol-rule-expired-closed = Its retention was over: { $days ->
    [one] 1 day
   *[other] { $days } days
} from the day on which its case was closed, or at the rules’ longest time
protocol-rule-revoked-closed = The sender took it back. Its retention was { $days ->
    [one] 1 day
   *[other] { $days } days
} from the day on which its case was closed
protocol-rule-erased = Erased at the recipient’s request. Its retention was { $days ->
    [one] 1 day
   *[other] { $days } days
} after it was sent
protocol-rule-erased-opened = Erased at the recipient’s request. Its retention was { $days ->
    [one] 1 day
   *[other] { $days } days
} after it was first opened
protocol-seal = Signature
protocol-root = Root of the hash tree
protocol-previous = Protocol before
protocol-first = None, this is the first
protocol-key = Key id
protocol-signature = Signature (Ed25519)
protocol-files = Keep the protocol
protocol-pdf = Download PDF
protocol-pdf-hint = For reading and filing.
protocol-json = Download JSON
protocol-json-hint = For checking. It has the signature, and a line for each document and message.
protocol-csv = Download CSV
protocol-csv-hint = The same lines for a spreadsheet. This file is not signed.

proofs-title = Proof for a document
proofs-lead = A proof shows that a certain document or message stands in a protocol, and shows nothing else of it.
proofs-id = Id of the document or message
proofs-id-hint = The message’s id was in the answer when a system sent it. Both are in the protocol’s CSV, in the columns id and message.
proofs-id-wrong = Write the whole id, such as 0192f0c1-2345-7abc-8def-0123456789ab.
proofs-id-unknown = Nothing that was purged has this id. It may be misspelt, not purged yet, or purged before there were protocols.
proofs-find = Get the proof
proofs-of-document = Document, { $size }
proofs-of-message = Message
proofs-purged = Purged { $at }
proofs-sent = Sent { $at }
proofs-file = Download the proof
proofs-check = Check a file with the command { $command } and { $keys }. It needs no network.
proofs-check-keys = the public keys

protocol-pdf-description = Signed statement of purged documents
protocol-pdf-lead = Postvalv has destroyed the keys of the documents below, deleted their encrypted content, and removed titles, file names and the tie to the recipients.
protocol-pdf-type = Document type
protocol-pdf-rule = Rule
protocol-pdf-size = Size
protocol-pdf-sum = Sum
protocol-pdf-verify = How to check the protocol
protocol-pdf-verify-file = This document is for reading. What is signed is the protocol’s JSON file, which has a line for each purged document and message. The root under Signature follows from those lines.
protocol-pdf-verify-keys = Get the public keys at { $address } and keep them. Check that the key id under Signature is among them.
protocol-pdf-verify-command = Then run: postvalv protocol verify --keys KEYS.json PROTOCOL.json
protocol-pdf-zone = Times are in the time zone { $zone }.
protocol-pdf-page = Page { $page } of { $pages }
