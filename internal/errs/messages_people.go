package errs

// peopleMessages are the words about acting for others and about the counter.
var peopleMessages = messages{
	"access.self.power": {"您受托的权限不包括这一项，或代办关系已经结束。请联系被代办的一方另行授权。", "You were not entrusted with this, or the relation has ended. Ask whom you act for to entrust you anew."},

	"acting.over":             {"这个代办关系已经结束，不能再以此办事。请切换回本人。", "This relation has ended; you can no longer act by it. Switch back to yourself."},
	"acting.power":            {"您的代办权限不包括这一项。请联系被代办的一方，请其另行授权。", "What you were entrusted with does not include this. Ask whom you act for to entrust you with it."},
	"acting.self":             {"这件事只能由本人办理。请先切换回本人。", "Only the person concerned can do this. Switch back to yourself first."},
	"relation.unknown":        {"没有这个代办关系。", "No such relation."},
	"relation.other-unknown":  {"没有找到号码与姓名（名称）都相符的人或单位，请核对后再填。", "Nobody has both this code and this name; check them and try again."},
	"relation.self":           {"不能为自己办理。", "You cannot name yourself."},
	"relation.self-only":      {"代办期间不能再授权别人。请先切换回本人。", "While you act for somebody you cannot entrust others; switch back to yourself first."},
	"relation.person":         {"代办的一方必须是自然人。", "Whoever acts must be a person."},
	"relation.minor":          {"代办的一方须年满18周岁。", "Whoever acts must be 18 or older."},
	"relation.firm":           {"法定代表人只能由企业或其他组织指定。", "Only a firm or another body has a legal representative."},
	"relation.not-minor":      {"监护只适用于未满18周岁的人。", "Guardianship is for those under 18."},
	"relation.not-old":        {"赡养只适用于年满60周岁的人；其他人请用授权代理。", "This is for parents of 60 and older; entrust an agent otherwise."},
	"relation.powers":         {"请至少选择一项权限，且不能重复。", "Choose at least one power, each once."},
	"relation.term":           {"授权必须有期限，最长三年。", "A mandate must have an end, three years off at most."},
	"relation.not-on-license": {"营业执照上的法定代表人不是此人，或营业执照不在有效状态。请先办理变更登记，或到窗口办理。", "The business license does not name this person as legal representative, or is not in force. Register the change first, or come to the counter."},
	"relation.exists":         {"这个关系已经有效，或正在等待对方确认。", "This relation is in force already, or waits for the other side."},
	"relation.many":           {"有效的和待确认的关系已达50个，请先终止不再需要的。", "There are 50 relations in force or waiting; end some first."},
	"relation.answered":       {"这个请求已经有结果，或已经过期。", "This has been answered already, or is out of date."},
	"relation.not-asked":      {"要由对方来确认。", "It is for the other side to answer."},
	"relation.over":           {"这个关系已经结束。", "This relation has ended already."},
	"relation.not-for-clerks": {"窗口只能核实监护和赡养关系，其他关系由对方本人确认。", "Counters confirm guardians and who cares for parents only; the other side answers the rest."},
	"presence.code":           {"到场码不对、已经用过或已经过期。到场码只有一分钟有效，请来人刷新后重新出示。", "The presence code is wrong, used or too old. It lives one minute: ask for a fresh one."},
}
