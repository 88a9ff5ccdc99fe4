### Your rights: what a person can ask of the organisations, and how they answer.

rights-title = Your rights
rights-lead = Here you can ask an organisation to erase or correct what it has sent you.
rights-who-title = Who answers
rights-who = It is the organisation that has sent you something that answers, not whoever runs the portal. The answer is to come within a month. If there is much to look into, the organisation may take two months more, but must then tell you why.
rights-keep = An authority must often keep what it has decided, even if you want it erased. The answer will tell you so. What is erased disappears here in the portal. The organisation may still have the documents itself.
rights-self-title = What you can do yourself right away
rights-self-mail = Give or remove your e-mail address
rights-self-sign-ins = See all your sign-ins
rights-self-extract = Get a copy of all that the portal has about you
rights-self-data = Read what the portal does with your data
rights-complain = If you are not satisfied with the answer, or get none, you can complain to the supervisory authority.
rights-own = What you have asked for
rights-own-none = You have not asked for anything.
rights-ask = Ask for erasure or correction
rights-nobody = There is nothing for you here at present, so there is nobody to ask.

request-erasure = Erasure
request-rectification = Correction
request-erasure-of = Erasure, { $organisation }
request-rectification-of = Correction, { $organisation }
request-state-received = Received
request-state-handling = Being handled
request-state-granted = Granted, being erased
request-state-waits = Granted, waiting to be erased
request-state-done-erasure = Erased
request-state-done-rectification = Done
request-state-declined = Declined
request-state-withdrawn = Taken back
request-answer-by = Answer by { $day }
request-answer-by-extended = Answer by { $day }, with more time
request-received = Sent { $at }
request-answered = Answered { $at }
request-done-at = Done { $at }
request-kept-until = Kept up to and including { $day }, then your request and the answer are deleted
request-about-everything = About everything from the organisation
request-about-case = About one case
request-about-case-link = Open the case
request-text = You wrote
request-no-text = You wrote nothing more.
request-answer = The organisation’s answer
request-extension = Why it takes longer
request-waits = You and the organisation can no longer read it. The organisation must still preserve it for now, for example because of a dispute. It is erased when it is no longer needed, without your doing anything.
request-granted = It is no longer shown to you, and is erased shortly.
request-organisation-deleted = The organisation no longer uses the portal, so nobody there can answer here. What it sent you here is withdrawn, and is being erased.
request-withdraw = Take back
request-withdraw-body = If you have changed your mind you can take back what you asked for, as long as the organisation has not answered.
request-made = Your request is sent. We keep it here, so that you can follow it.
request-withdrawn = You have taken back your request.
request-answered-already = The organisation has answered already.

request-new-title = Ask for erasure or correction
request-new-lead = What you write can be read by the organisation and you alone.
request-about = What is it about?
request-about-choose = Choose here
request-about-all = Everything from { $organisation }
request-about-of-case = { $title }, { $day }
request-untitled = A case
request-about-wrong = Choose what it is about.
request-kind = What do you want?
request-erasure-label = To have it erased
request-erasure-hint = If the organisation agrees, nobody can read it here in the portal any more. First download what you want to keep.
request-rectification-label = To have something corrected
request-rectification-hint = If something is wrong or missing. Write what is wrong and how it should be.
request-kind-wrong = Choose whether you want it erased or corrected.
request-words = Describe what you want
request-words-hint = At most 2,000 characters. You need not write anything to have something erased.
request-words-wrong = Write what is to be corrected, in at most 2,000 characters.
request-too-many = You already wait for five answers from the organisation. Take something back, or wait until it has answered.
request-too-many-today = You have sent the organisation ten requests in the last 24 hours. Try again tomorrow.
request-nothing-there = The organisation has nothing for you any more. Choose something else.
request-send = Send

terms-title = Terms
terms-lead = Before you read you need to decide on these terms.
terms-lead-again = The terms have changed, or you have withdrawn your acceptance. Decide on them before you read.
terms-lead-accepted = You have accepted these terms.
terms-version = Version { $version }
terms-accept = I have read and accept the terms
terms-continue = Continue
terms-not-ticked = Tick the box if you accept the terms. If you don’t, what happens then stands at the bottom.
terms-changed = The terms have just changed. Read them again.
terms-without-title = If you don’t accept
terms-without = You can’t read here, but nothing disappears because of that. What was sent stays for as long as its sender has decided, and you can accept later. You can also ask the sender for it on paper.
terms-to-rights = Your rights, which you have anyway
terms-leave = Sign out without accepting
terms-accepted-title = Terms that you accepted
terms-accepted-then = You accepted version { $version } on { $at }.
terms-withdrawn-then = You withdrew your acceptance of version { $version } on { $at }.
terms-none-accepted = You have not accepted the terms.
terms-show-accepted = Read the text that you accepted
terms-show = Read the terms in force now
terms-withdraw-body = You can withdraw your acceptance at any time.
terms-withdraw-then = Then you can’t read what was sent to you until you accept again.
terms-withdraw = Withdraw acceptance
terms-withdrawn = You have withdrawn your acceptance.

requests-title = Requests
requests-lead = People who ask you to erase or correct what you have sent. You are to answer within a month (articles 12(3), 16 and 17 of the General Data Protection Regulation).
requests-open = Waiting for an answer
requests-none = Nobody waits for an answer.
requests-no-more = There are no more.
requests-open-pages = More that wait for an answer
requests-next = Show more
requests-first = To the beginning
requests-answered-pages = More that are answered
requests-older = Show older
requests-answered = Answered
requests-waiting = { $open ->
    [one] One request for erasure or correction waits for an answer.
   *[other] { $open } requests for erasure or correction wait for an answer.
}
requests-waiting-overdue = { $open ->
    [one] One request for erasure or correction waits for an answer.
   *[other] { $open } requests for erasure or correction wait for an answer.
} { $overdue ->
    [one] One is overdue.
   *[other] { $overdue } are overdue.
}
request-overdue = Overdue: the last day has passed
request-from = { $kind }, { $who }
request-taken-up-by = Being handled by { $who }
request-answered-by = Answered { $at } by { $who }
request-staff-extended = More time was taken { $at }
request-staff-kept-until = Kept up to and including { $day }, then the request and the answer are deleted
request-staff-text = The request
request-staff-no-text = The person wrote nothing more.
request-staff-case = Case
request-staff-everything = Everything you have sent the person
request-staff-hidden = Only admins see who asks, which case it is about and what is written.
request-staff-waits = A hold makes the erasure wait. Nobody can read it. Seven days after the hold is lifted it is destroyed.
request-staff-granted = It is withdrawn and is destroyed by the next purge.
request-take-up = I take care of it
request-take-up-body = The person sees that the request is being handled, but not by whom.
request-take-up-title = Take care of it
request-grant-title-erasure = Erase
request-grant-title-rectification = Corrected
request-grant-erasure = What you choose is at once no longer shown to the person. Then it is destroyed before its time, and can’t be brought back. What you sent to others too stays there for them.
request-grant-nothing = There is nothing left to erase. Answer the person that it is done.
request-grant-rectification = First send what is right, and revoke what is wrong. Then tell here what you have done.
request-cases = Which cases are to be erased?
request-case = { $type }, sent { $at }
request-case-no-type = Case
request-case-facts = { $messages ->
    [one] One message
   *[other] { $messages } messages
}, { $documents ->
    [0] no documents
    [one] one document
   *[other] { $documents } documents
}
request-case-held = Held from purging. The erasure waits until seven days after the hold is lifted. The person is told that it waits, but not why.
request-cases-wrong = Choose at least one case.
request-answer-words = Answer to the person
request-answer-hint = At most 2,000 characters.
request-answer-hint-erasure = At most 2,000 characters. Only needed when something is not erased: then write why.
request-answer-wrong = Write an answer, in at most 2,000 characters.
request-erase = Erase
request-answer-done = Answer that it is done
request-decline-title = Decline
request-decline-body = Write why, so that the person understands. Also tell them that they can complain to Integritetsskyddsmyndigheten, the Swedish Authority for Privacy Protection, and appeal (article 12(4)).
request-decline = Decline
request-extend-title = Take two months more
request-extend-body = If it is complicated, or you have many requests. The person is told and reads why. It can be done once.
request-extend-reason = Why it takes longer
request-extend = Take more time
request-granted-flash = The request is granted, and the person can read the answer.
request-granted-waits-flash = The request is granted. Something is held and is destroyed only when the hold is lifted.
request-declined-flash = The request is declined, and the person can read why.
request-extended-flash = More time is taken, and the person can read why.
request-taken-up-flash = You take care of the request.
request-answered-by-somebody = A colleague has answered already, or the person has taken back their request.
request-extend-too-late = More time can be taken only once, before the first month is over.
