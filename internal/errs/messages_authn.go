package errs

// authnMessages are the words of signing in. Those for a wrong name, a wrong password and a stopped account
// must be one and the same.
var authnMessages = messages{
	"authn.wrong":      {"账号或密码不正确。连续5次不正确，将锁定10分钟。", "The account name or password is wrong. After five wrong attempts in a row the name is locked for ten minutes."},
	"authn.locked":     {"连续多次不正确，已暂停登录，请{minutes}分钟后再试。忘记密码请联系单位管理员或政务服务窗口。", "Too many wrong attempts; try again in {minutes} minutes. If you forgot the password, ask your unit's administrator or a service counter."},
	"authn.busy":       {"登录的人较多，请稍候再试。", "Many people are signing in; try again in a moment."},
	"authn.taken":      {"这个账号名已被使用。", "This account name is taken."},
	"authn.weak":       {"密码至少8个字符，含大写字母、小写字母、数字、符号中的三类，并且不能包含账号名。", "Use at least 8 characters from three of: upper case, lower case, digits, symbols; the password must not contain the account name."},
	"authn.unknown":    {"没有这个账号。", "No such account."},
	"authn.account":    {"账号资料不完整或不一致。", "The account's particulars are incomplete or do not agree."},
	"authn.apart":      {"系统管理员不能兼任其他岗位（三员分立）。", "An administrator holds no other role: whoever administers the system does no other work in it."},
	"authn.own-roles":  {"不能改自己的岗位，请由另一位系统管理员办理。", "Nobody changes their own roles; ask another administrator."},
	"authn.last-admin": {"这是最后一个在用的系统管理员，不能停用或改岗。请先设立另一个。", "This is the last active administrator and cannot be stopped or given another role; make another one first."},
}
