package errs

var feedMessages = messages{
	"push.address": {"这个网址在本机或内部网络，没有对推送开放。请换一个网址，或请运维人员在配置里开放这个网段。", "This address lies on this machine or in a network that is not open to messages. Give another one, or ask the operator to open its network in the configuration."},
	"push.url":     {"请填写 https 或 http 的网址，不带账号口令。", "Give a web address (https or http) without a password."},
	"push.unknown": {"没有这个推送。", "No such subscription."},
	"push.ended":   {"这个推送已经停用。请重新登记。", "This subscription has ended; enter a new one."},

	"feed.key":          {"这不是PEM格式的SM2公钥。", "This is not an SM2 public key in PEM."},
	"feed.key-unknown":  {"没有这个公钥。", "No such key."},
	"feed.key-ended":    {"这个公钥已停用。", "This key was ended already."},
	"feed.signature":    {"签名不正确、时间相差太多，或公钥没有登记。请核对密钥、时钟和签名的内容。", "The signature is wrong, its time too far off or its key not registered. Check key, clock and what is signed."},
	"feed.matter":       {"接入台账里，这个系统没有登记这个事项。请先更新台账，再用原序号重发。", "The ledger does not list this matter for this system. Update the ledger, then send again under the same number."},
	"feed.future":       {"时间在将来。请核对系统时钟，再用原序号重发。", "The time lies ahead. Check the system's clock, then send again under the same number."},
	"feed.seq":          {"这个序号已用于另一条内容。请用新的序号。", "This number was used for another content. Use a new number."},
	"feed.day":          {"日期不正确，或在将来。", "The day is wrong or lies ahead."},
	"feed.twice":        {"同一事项在一天的日报里只能出现一次。", "A matter stands only once in a day's tally."},
	"feed.no-applicant": {"缺申请人。", "No applicant."},
	"feed.applicant":    {"申请人的代码不正确。", "The applicant's code is wrong."},
	"feed.unit":         {"办理单位与台账不符。", "The unit is not the one of the ledger."},
	"feed.no-outcome":   {"办结件缺结果。", "Closed without an outcome."},
	"feed.no-opening":   {"有办结，没有受理。", "Closed, but never opened."},
}
