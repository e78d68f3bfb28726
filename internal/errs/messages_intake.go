package errs

// intakeMessages are the words about imports.
var intakeMessages = messages{}
