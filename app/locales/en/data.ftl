### Data protection: what the portal does with personal data, on the page and in the record of processing.

data-title = Data protection
data-lead = How the portal handles personal data. The page is written from how this very portal is configured.
data-record-title = Record of processing
data-record-body = Material according to article 30 of the General Data Protection Regulation (EU) 2016/679, written from the portal’s configuration.
data-record-add = Legal ground, any processors and transfers to third countries are known to whoever is responsible alone; add them.
data-record-add-beside-processors = Legal ground and transfers to third countries are known to whoever is responsible alone; add them.

data-who = Who is responsible
data-who-operator = { $operator } runs the portal: { $email }.
data-who-no-operator = Who runs the portal stands in the letter or notice that you got.
data-who-sender = The organisation that sends you something decides why it is sent, and how long it is here.

data-why = Why
data-why-body = To hand documents to a certain person who has shown who they are, and to be able to show afterwards what happened.

data-what = Which data
data-what-recipients = About who gets something: personal identity number, coordination number or another identity from the identification, name, e-mail address if the sender or the employer gave one or you have given one, and what is sent.
data-what-sign-ins = About sign-ins: when, with what kind of device, and an encrypted code of the network.
data-what-sign-ins-places = About sign-ins: when, with what kind of device, an encrypted code of the network, and roughly where from. The place is looked up in a file on the portal’s own server.
data-what-terms = Which terms you have accepted, when, and whether you have withdrawn that.
data-what-mail = What you have said about e-mails: that you want none, or which text you have said yes to, when, and whether you have withdrawn it.
data-what-requests = What you ask organisations to erase or correct, in your own words, and what they answer.
data-what-staff = About staff: name, e-mail address, role, and how they sign in.
data-what-log = In the log: who did what and when, with random ids in place of names and numbers, and the network address encrypted.

data-where = Where it is
data-where-databases-server = The data lies in two databases on PostgreSQL.
data-where-databases-files = The data lies in two databases in SQLite files on the portal’s own server.
data-where-databases-both = The data lies in two databases, one on PostgreSQL and one in an SQLite file on the portal’s own server.
data-where-documents-bucket = The documents lie encrypted in a store (an S3 bucket). The keys are not there.
data-where-documents-folder = The documents lie encrypted in a folder on the portal’s server, or on a disk that it uses.
data-where-backups = Encrypted backups of the databases and documents are made too. Whoever runs the portal decides where they lie.
data-where-place = Where the server stands: { $place }
data-where-no-place = In which country and with whom the server stands is known to whoever runs the portal.

data-how-long = How long
data-how-long-sent = What is sent: as long as the sender’s rules say, but what is sent now for { $days } days at most. Then nobody can read it, the keys are destroyed, and after that it is deleted. A sender can put the deletion off, for instance while there is a dispute, but not let anybody read it longer.
data-how-long-own = The last day of what you were sent stands in its case once you are signed in, with the purpose and the legal ground where the sender wrote them.
data-how-long-inbox = See what you were sent
data-how-long-person = Data about you as a person: until nothing for you is left, no sender has put the deletion of anything off, what you have asked for and the answers are no longer kept, and you are not signed in.
data-how-long-mail = An e-mail address that you have given yourself: until you withdraw your yes. It is then erased at once. If you don’t confirm it with the code, it is erased after about half an hour. We count for a day how many codes we have sent to an address. For that we keep an encrypted code in place of the address.
data-how-long-requests = What you ask organisations for, and their answers: until some time after all is done, at least 30 days unless the portal keeps everything for less.
data-how-long-sign-ins = Sign-ins: { $days } days, or shorter if the data about you goes before that.
data-how-long-session = You are signed out after { $idle } minutes without doing anything, and always after { $absolute } minutes.
data-how-long-extracts = A register extract that you order: what was gathered for it is kept for 24 hours. An extract that an organisation makes of what it has registered about you itself is not kept here. That it was made, when, by whom and why is kept as long as the log, or until nothing is left about you.
data-how-long-backups = Backups of the keys live for { $days ->
    [one] { $days } day
   *[other] { $days } days
}, and are then deleted. Until then they can have the keys of something deleted.
data-how-long-copies = Encrypted backups of the databases and documents: as long as whoever runs the portal decides. What was sent to you and is deleted can’t be opened from them after { $days ->
    [one] { $days } day
   *[other] { $days } days
}. Other data that is deleted, for instance sign-ins and e-mail addresses, can be left in them until the copy is deleted.
data-how-long-no-backups = The portal is not configured to make backups. Whether the keys are copied in another way, and how long copies live, whoever runs the portal knows.
data-how-long-staff = Data about staff: as long as the account is there. Accounts are shut, and deleted when their organisation is.
data-how-long-left = When something is deleted, it is left that it was: times, kind of document and size, without names and content.
data-how-long-log = The log: { $days } days. If something that is to be deleted from a log was changed since it was written, nothing is deleted from that log until it is put right.

data-others = Who else gets data
data-others-sender = The sender is told when you have opened what was sent, and when you report that somebody else signed in as you.
data-others-providers = Whoever identifies you learns that you sign in here: { $providers }.
data-others-no-provider = Nobody can sign in as a recipient right now, since no identification is configured.
data-others-mail = Mail servers on the way to you see your address and which organisation has sent something. The e-mails never say what.
data-others-no-mail = No e-mails are sent by the portal.
data-others-documents = Whoever runs the store (an S3 bucket) has the documents, encrypted. They don’t have the keys.
data-others-log = The log also goes to systems that monitor security. Whoever runs the portal decides which.
data-others-checkpoints = Signed checksums of the log also go to a locked store (an S3 bucket). They say nothing of any person.
data-others-webhooks = An organisation can have signed checksums of its own log sent to an address that it chooses. They say nothing of any person.
data-others-processor = Processor: { $processor }
data-others-nobody = The pages fetch nothing from other sites, and keep no statistics of what you do.

data-protected = How it is protected
data-protected-body = Documents, texts and data about people are stored encrypted. The keys lie apart, and are destroyed when the time is up.
data-protected-limit = The portal opens the document for you when you read. Whoever has full rights on a running server could therefore see what passes through it.

data-rights = Your rights
data-rights-body = Among other things you have the right to know what data there is about you, and to have what is wrong corrected. When you are signed in you can, under Your rights, ask whoever has sent you something to erase or correct it. There you also see what becomes of that. You see all your sign-ins and who has opened what yourself, can give or remove your e-mail address, and can download a copy of all that the portal has about you.
data-rights-supervision = Complain to Integritetsskyddsmyndigheten, the Swedish Authority for Privacy Protection
