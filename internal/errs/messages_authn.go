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

	"authn.confirm":        {"这一步影响较大，请先确认是您本人：用动态验证码或通行密钥确认一次，5分钟内有效。还没有的，请先登记一种。", "This step weighs much: confirm first that it is you, by a code or a passkey; that holds for five minutes. If you have neither yet, enrol one first."},
	"authn.wait":           {"您的确认方式刚在窗口重置过，为防冒用，{until}以后才能办理这一步。着急的，可以用实人核验，或者到窗口办理。不是您本人重置的，请马上联系政务服务窗口。", "Your ways of confirming were reset at a counter a short while ago. So that nobody can misuse that, this step is open from {until}. If you cannot wait, use a face check or come to a counter; if it was not you who had them reset, tell a service counter at once."},
	"authn.enrol":          {"您的确认方式已被重置。请先登记一种新的，再办其他事。", "Your ways of confirming were reset. Enrol a new one before anything else."},
	"authn.unsettled":      {"需两人共同办理：申请人或批准人的账号在{days}天内刚由管理员新建、改岗位、启用或重置，暂不能算作其中一人。请由另一人办理，或过后再办。", "Two persons must act together, and the account of one of them was made, given posts, let in again or reset by an administrator within {days} days. Have somebody else act, or wait."},
	"authn.own-reset":      {"不能重置自己的确认方式，请由另一位系统管理员办理。", "Nobody resets their own ways of confirming; ask another administrator."},
	"authn.confirm-locked": {"连续多次不正确，已暂停确认，请{minutes}分钟后再试。验证器丢失的，请联系单位管理员或政务服务窗口。", "Too many wrong attempts at confirming; try again in {minutes} minutes. If you lost your authenticator, ask your unit's administrator or a service counter."},
	"authn.step":           {"这次操作没有开始，或者已经超过5分钟。请重新开始。", "This was not begun, or more than five minutes ago. Begin again."},
	"authn.code":           {"动态验证码不正确。请输入验证器上现在显示的6位数字。", "The code is wrong. Type the six digits that your authenticator shows now."},
	"authn.code-used":      {"这个动态验证码已经用过，每个只能用一次。请等验证器换成下一个。", "This code was used before, and each counts once. Wait for your authenticator to show the next one."},
	"authn.password":       {"登录密码不正确。", "The password is wrong."},
	"authn.passkey":        {"没有通过通行密钥确认。请重试，或者换一种方式。", "The passkey did not confirm it. Try again, or choose another way."},
	"authn.passkey-copied": {"这把通行密钥的使用次数对不上，可能被复制过，不能用于确认。请换一种方式确认，并删除它。", "The count of this passkey does not agree with what is kept here: it may have been copied. Confirm in another way and remove it."},
	"authn.face":           {"实人核验没有通过。请在光线好的地方正对镜头重拍，或者换一种方式确认。连续5次不通过，将暂停10分钟。", "The face check did not pass. Take the picture again in good light, facing the camera, or confirm in another way. After five failures in a row it stops for ten minutes."},
	"authn.face-down":      {"实人核验服务暂时没有应答，这次不算次数。请稍后再试，或者换一种方式确认。", "The face check service does not answer for the moment; this try is not counted. Try again later, or confirm in another way."},
	"authn.no-face":        {"这里不能用实人核验，请换一种方式确认。", "There is no face check here; confirm in another way."},
	"authn.no-passkeys":    {"本平台的这个地址不能使用通行密钥，请使用动态验证码。", "Passkeys do not work at this address of the platform; use a code."},
	"authn.factors":        {"登记的确认方式已达上限，请先删除不用的。", "There is no room for another way of confirming; remove one that is not used."},
}
