package errs

var inspectionMessages = messages{
	"inspect.unknown":     {"没有这项年检，或它不归您的单位办理。", "No such inspection, or it is not for your unit."},
	"inspect.open":        {"这本证照的年检正在办理，请等结果。", "An inspection of this license is under way; wait for its result."},
	"inspect.early":       {"还没到年检时间，{day}起可以申请。", "It is too early; the inspection can be applied for from {day}."},
	"inspect.examined":    {"已经审查，不能撤回了。请等结果。", "It has been examined and can no longer be taken back; wait for the result."},
	"inspect.none-open":   {"没有正在办理的年检。", "There is no application under way."},
	"inspect.files":       {"最多上传{max}个文件。", "{max} files at most."},
	"inspect.stage":       {"这项年检不在这个环节，请刷新后再看。", "The inspection is not at this stage; reload it."},
	"inspect.same-person": {"复核须由审查人以外的人完成。", "Another person than the examiner must review it."},
	"inspect.reason":      {"请写明理由。", "Give the reason."},
	"inspect.long":        {"最多500个字。", "500 characters at most."},
}
