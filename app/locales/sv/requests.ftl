### Dina rättigheter: vad en person kan be organisationerna om, och hur de svarar.

rights-title = Dina rättigheter
rights-lead = Här kan du be en organisation att radera eller rätta det som den har skickat till dig.
rights-who-title = Vem som svarar
rights-who = Det är organisationen som har skickat något till dig som svarar, inte den som driver portalen. Svaret ska komma inom en månad. Är det mycket att utreda får organisationen ta två månader till, men måste då tala om varför.
rights-keep = En myndighet måste ofta spara det som den har beslutat, även om du vill ha det raderat. Då får du veta det i svaret. Det som raderas försvinner här i portalen. Organisationen kan ha kvar handlingarna hos sig.
rights-self-title = Det här kan du göra själv direkt
rights-self-mail = Lämna eller ta bort din e‑postadress
rights-self-sign-ins = Se alla dina inloggningar
rights-self-extract = Få en kopia av allt som portalen har om dig
rights-self-data = Läs vad portalen gör med dina uppgifter
rights-complain = Är du inte nöjd med svaret, eller får du inget, kan du klaga hos tillsynsmyndigheten.
rights-own = Det du har bett om
rights-own-none = Du har inte bett om något.
rights-ask = Be om radering eller rättelse
rights-nobody = Just nu finns det inget till dig här, så det finns ingen att be.

request-erasure = Radering
request-rectification = Rättelse
request-erasure-of = Radering, { $organisation }
request-rectification-of = Rättelse, { $organisation }
request-state-received = Mottagen
request-state-handling = Handläggs
request-state-granted = Beviljad, raderas
request-state-waits = Beviljad, väntar på radering
request-state-done-erasure = Raderat
request-state-done-rectification = Klart
request-state-declined = Avslagen
request-state-withdrawn = Återtagen
request-answer-by = Svar senast { $day }
request-answer-by-extended = Svar senast { $day }, efter förlängd tid
request-received = Skickad { $at }
request-answered = Besvarad { $at }
request-done-at = Klar { $at }
request-kept-until = Sparas till och med { $day }, sedan raderas din begäran och svaret
request-about-everything = Gäller allt från organisationen
request-about-case = Gäller ett ärende
request-about-case-link = Öppna ärendet
request-text = Du skrev
request-no-text = Du skrev inget mer.
request-answer = Organisationens svar
request-extension = Därför tar det längre tid
request-waits = Du och organisationen kan inte läsa det längre. Organisationen måste ändå bevara det tills vidare, till exempel på grund av en tvist. Det raderas när det inte behövs längre, utan att du behöver göra något.
request-granted = Det visas inte längre för dig, och raderas inom kort.
request-organisation-deleted = Organisationen använder inte längre portalen, så ingen där kan svara här. Det som den har skickat till dig här är återkallat och raderas.
request-withdraw = Ta tillbaka
request-withdraw-body = Har du ändrat dig kan du ta tillbaka det du har bett om, så länge organisationen inte har svarat.
request-made = Din begäran är skickad. Vi sparar den här, så att du kan följa den.
request-withdrawn = Du har tagit tillbaka din begäran.
request-answered-already = Organisationen har redan svarat.

request-new-title = Be om radering eller rättelse
request-new-lead = Det du skriver kan bara organisationen och du läsa.
request-about = Vad gäller det?
request-about-choose = Välj här
request-about-all = Allt från { $organisation }
request-about-of-case = { $title }, { $day }
request-untitled = Ett ärende
request-about-wrong = Välj vad det gäller.
request-kind = Vad vill du?
request-erasure-label = Få det raderat
request-erasure-hint = Om organisationen säger ja kan ingen läsa det här i portalen längre. Ladda först ner det du vill behålla.
request-rectification-label = Få något rättat
request-rectification-hint = Om något är fel eller saknas. Skriv vad som är fel och hur det ska vara.
request-kind-wrong = Välj om du vill få det raderat eller rättat.
request-words = Beskriv vad du vill
request-words-hint = Högst 2 000 tecken. Du behöver inte skriva något om du vill få något raderat.
request-words-wrong = Skriv vad som ska rättas, med högst 2 000 tecken.
request-too-many = Du väntar redan på fem svar från organisationen. Ta tillbaka något, eller vänta tills den har svarat.
request-too-many-today = Du har skickat tio begäranden till organisationen det senaste dygnet. Försök igen i morgon.
request-nothing-there = Organisationen har inget till dig längre. Välj något annat.
request-send = Skicka

terms-title = Villkor
terms-lead = Innan du läser behöver du ta ställning till de här villkoren.
terms-lead-again = Villkoren har ändrats, eller så har du tagit tillbaka ditt godkännande. Ta ställning till dem innan du läser.
terms-lead-accepted = Du har godkänt de här villkoren.
terms-version = Version { $version }
terms-accept = Jag har läst och godkänner villkoren
terms-continue = Fortsätt
terms-not-ticked = Kryssa i rutan om du godkänner villkoren. Om du inte gör det står det längst ner vad som händer.
terms-changed = Villkoren har just ändrats. Läs dem igen.
terms-without-title = Om du inte godkänner
terms-without = Du kan inte läsa här, men inget försvinner för det. Det som har skickats ligger kvar så länge avsändaren har bestämt, och du kan godkänna senare. Du kan också be avsändaren om att få det på papper.
terms-to-rights = Dina rättigheter, som du har ändå
terms-leave = Logga ut utan att godkänna
terms-accepted-title = Villkor som du har godkänt
terms-accepted-then = Du godkände version { $version } den { $at }.
terms-withdrawn-then = Du tog tillbaka ditt godkännande av version { $version } den { $at }.
terms-none-accepted = Du har inte godkänt villkoren.
terms-show-accepted = Läs den text som du godkände
terms-show = Läs de villkor som gäller nu
terms-withdraw-body = Du kan ta tillbaka ditt godkännande när som helst.
terms-withdraw-then = Sedan kan du inte läsa det som har skickats till dig, förrän du godkänner igen.
terms-withdraw = Ta tillbaka godkännandet
terms-withdrawn = Du har tagit tillbaka ditt godkännande.

requests-title = Begäranden
requests-lead = Personer som ber er att radera eller rätta det ni har skickat. Ni ska svara inom en månad (artikel 12.3, 16 och 17 i dataskyddsförordningen).
requests-open = Väntar på svar
requests-none = Ingen väntar på svar.
requests-no-more = Det finns inga fler.
requests-open-pages = Fler som väntar på svar
requests-next = Visa fler
requests-first = Till början
requests-answered-pages = Fler som är besvarade
requests-older = Visa äldre
requests-answered = Besvarade
requests-waiting = { $open ->
    [one] En begäran om radering eller rättelse väntar på svar.
   *[other] { $open } begäranden om radering eller rättelse väntar på svar.
}
requests-waiting-overdue = { $open ->
    [one] En begäran om radering eller rättelse väntar på svar.
   *[other] { $open } begäranden om radering eller rättelse väntar på svar.
} { $overdue ->
    [one] En är försenad.
   *[other] { $overdue } är försenade.
}
request-overdue = Försenad: sista dagen har passerat
request-from = { $kind }, { $who }
request-taken-up-by = Handläggs av { $who }
request-answered-by = Besvarad { $at } av { $who }
request-staff-extended = Tiden förlängdes { $at }
request-staff-kept-until = Sparas till och med { $day }, sedan raderas begäran och svaret
request-staff-text = Begäran
request-staff-no-text = Personen skrev inget mer.
request-staff-case = Ärende
request-staff-everything = Allt ni har skickat till personen
request-staff-hidden = Vem som ber, vilket ärende det gäller och vad som skrivs ser bara administratörer.
request-staff-waits = En gallringsspärr gör att raderingen väntar. Ingen kan läsa det. Sju dagar efter att spärren har hävts förstörs det.
request-staff-granted = Det är återkallat och förstörs vid nästa gallring.
request-take-up = Jag tar hand om den
request-take-up-body = Personen ser att begäran handläggs, men inte av vem.
request-take-up-title = Ta hand om
request-grant-title-erasure = Radera
request-grant-title-rectification = Rättat
request-grant-erasure = Det ni väljer visas genast inte längre för personen. Sedan förstörs det före sin tid, och det går inte att få tillbaka. Det som ni har skickat till fler finns kvar för dem.
request-grant-nothing = Det finns inget kvar att radera. Svara personen att det är gjort.
request-grant-rectification = Skicka först det som är rätt, och återkalla det som är fel. Berätta sedan här vad ni har gjort.
request-cases = Vilka ärenden ska raderas?
request-case = { $type }, skickat { $at }
request-case-no-type = Ärende
request-case-facts = { $messages ->
    [one] Ett meddelande
   *[other] { $messages } meddelanden
}, { $documents ->
    [0] inga dokument
    [one] ett dokument
   *[other] { $documents } dokument
}
request-case-held = Spärrat från gallring. Raderingen väntar tills sju dagar efter att spärren har hävts. Personen får veta att den väntar, men inte varför.
request-cases-wrong = Välj minst ett ärende.
request-answer-words = Svar till personen
request-answer-hint = Högst 2 000 tecken.
request-answer-hint-erasure = Högst 2 000 tecken. Behövs bara om något inte raderas: skriv då varför.
request-answer-wrong = Skriv ett svar, med högst 2 000 tecken.
request-erase = Radera
request-answer-done = Svara att det är gjort
request-decline-title = Avslå
request-decline-body = Skriv varför, så att personen förstår. Tala också om att det går att klaga hos Integritetsskyddsmyndigheten och att överklaga (artikel 12.4).
request-decline = Avslå
request-extend-title = Ta två månader till
request-extend-body = Om det är komplicerat, eller om ni har många begäranden. Personen får veta det och läser varför. Det går att göra en gång.
request-extend-reason = Varför det tar längre tid
request-extend = Förläng
request-granted-flash = Begäran är beviljad, och personen kan läsa svaret.
request-granted-waits-flash = Begäran är beviljad. Något är spärrat och förstörs först när spärren är hävd.
request-declined-flash = Begäran är avslagen, och personen kan läsa varför.
request-extended-flash = Tiden är förlängd, och personen kan läsa varför.
request-taken-up-flash = Du tar hand om begäran.
request-answered-by-somebody = En kollega har redan svarat, eller så har personen tagit tillbaka sin begäran.
request-extend-too-late = Tiden kan bara förlängas en gång, innan den första månaden är slut.
