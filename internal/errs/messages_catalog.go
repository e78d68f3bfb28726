package errs

// catalogMessages are the words about the catalogue of license types.
var catalogMessages = messages{}
