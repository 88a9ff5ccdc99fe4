### The accessibility statement.

accessibility-title = Accessibility statement
accessibility-heading = Accessibility statement
accessibility-operator = { $operator } is responsible for this service and wants everybody to be able to use it.
accessibility-no-operator = Everybody should be able to use this service.
accessibility-how = How accessible the service is
accessibility-how-body = The pages are built to meet WCAG 2.2 at level AA. They can be used with a keyboard alone, with a screen reader, at 400 per cent magnification, in light and dark colours, and without JavaScript.
accessibility-limits = What may be difficult
accessibility-limit-documents = The documents are written by whoever sends them. We can’t change them. If a document is hard to read, ask the sender for it in another form.
accessibility-limit-preview = The preview does not show the tags of a PDF document. Download the document to read it with their help.
accessibility-limit-time = For your safety you are signed out when you have not used the page for a while. You can sign in again and continue where you were.
accessibility-complain = Tell us if something does not work
accessibility-complain-body = Write to us if you can’t read or use something here, and we will help you. Write nothing sensitive in the e-mail.
accessibility-complain-sender = Contact whoever sent the document to you if you can’t read or use something here. They can also give you the document in another way.
accessibility-supervision = If you are not satisfied with the answer
accessibility-supervision-body = The Swedish Agency for Digital Government, Digg, supervises that public digital services are accessible. You can report shortcomings there.
accessibility-supervision-link = Report to Digg (in Swedish)
accessibility-tested = How we have tested
accessibility-tested-body = Each new version is tested automatically page by page in a browser, in light and dark colours, on a phone and on a computer.
