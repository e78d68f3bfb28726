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
}
