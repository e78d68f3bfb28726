package errs

// matterMessages are the words about matters, bindings, lists and scenarios.
var matterMessages = messages{}
