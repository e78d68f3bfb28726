package errs

var operationMessages = messages{
	"operation.unknown":   {"没有这项变动申请，或它不属于您的单位。", "No such request, or it is not your unit's."},
	"operation.closed":    {"这项变动申请已经办结。", "This request is closed."},
	"operation.open":      {"这本证照已有一项变动申请待复核，请先办结它。", "A request for this license waits for review already; close it first."},
	"operation.not-yours": {"变动申请只能由提出人撤回。", "Only who asked can take a request back."},
}
