package errs

// orgMessages are the words about units, accounts, regions, code tables and the calendar.
var orgMessages = messages{}
