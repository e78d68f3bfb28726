package errs

// sealMessages are the words about the life and the use of seals.
var sealMessages = messages{
	"seal.no-such":       {"没有这枚印章。", "No such seal."},
	"seal.no-request":    {"没有这份印章申请。", "No such application for seals."},
	"seal.stage":         {"印章或申请现在的状态不能这样做，请刷新后再看。", "The seal or application is not at a stage for this; reload it."},
	"seal.not-manager":   {"您不管理这个机构的印章。", "You do not manage this unit's seals."},
	"seal.not-below":     {"只能为本单位和下级机构申请印章。", "Seals can be applied for only for your unit and those below it."},
	"seal.asked":         {"{unit}已有一份没办完的印章申请。", "An application for a seal of {unit} is still open."},
	"seal.same-person":   {"申请人不能审批自己的申请。", "Whoever applied cannot decide the application."},
	"seal.not-applicant": {"只有申请人能撤回申请。", "Only the applicant can withdraw an application."},
	"seal.not-user":      {"只有本单位的用印人员能这样做。", "Only somebody of the unit who may use its seal can do this."},
	"seal.until":         {"截止时间应在现在之后；代理最长31天。", "The end must lie ahead; standing in lasts at most 31 days."},
	"seal.stand-in":      {"代理人应是本单位在用的其他账号，且不是用印审计或系统管理员。", "Who stands in must be another active account of the unit, and neither seal auditor nor administrator."},
	"seal.no-stand-in":   {"没有这项代理，或已经结束。", "There is no such standing in, or it is over."},
	"seal.no-task":       {"没有这项用印任务，或还没有轮到它。", "No such sealing task, or its turn has not come."},
	"seal.declined":      {"用印单位不同意盖章：{reason}", "The unit refused its seal: {reason}"},
	"seal.by-hand":       {"这类证照要由人逐份用印，不能批量制证。", "Licenses of this type are sealed by people one by one; they cannot be made in bulk."},
	"seal.burn-time":     {"失泄时间不能晚于现在。", "The moment of the compromise cannot lie ahead."},
	"seal.binds-none":    {"这类证照没有与它绑定的印章。", "Licenses of this type have no seal that lives with them."},
	"seal.document":      {"这不是能加盖印章的OFD文件。", "This is no OFD document that a seal can be set on."},
	"seal.closed":        {"文件已经盖完章并锁定，不能再加盖。", "The document was closed by its last seal; no further one can be set."},
	"seal.page":          {"文件没有这一页。", "The document has no such page."},
	"seal.not-burned":    {"这枚证照印章没有失泄，不需要重新用印。", "This is no burned seal of licenses; nothing has to be sealed anew."},
	"seal.not-resealed":  {"还没有为这枚印章安排重新用印。", "Nobody has ordered that what this seal sealed be sealed anew."},
	"seal.bound":         {"印章“{name}”绑定的证照现在不能使用，印章也不能使用。", "The license with which seal {name} lives cannot be used now, and neither can the seal."},
}
