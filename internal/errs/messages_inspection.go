package errs

var inspectionMessages = messages{
	"visit.unknown":       {"没有这个检查任务，或它不是您的。", "There is no such inspection, or it is not yours."},
	"visit.unit":          {"只有行政机关可以安排检查。社会场景里的核验，请持证主体当面出示。", "Only an office inspects. In a social scenario, ask the holder to show the license."},
	"visit.over":          {"检查任务已经结束。需要再查的，另外安排一次。", "The inspection is over; plan another one if it is needed."},
	"visit.open":          {"还有证照没有登记结果。每种证照都登记后再结束。", "Some licenses have no result yet; note one for each type, then finish."},
	"visit.type":          {"这种证照不在检查清单上。", "The type is not on the list of the inspection."},
	"visit.result":        {"看到证照的，填一致或不一致；没有证照的，填没有。", "Say consistent or differs of a license that is there, and absent of one that is not."},
	"visit.unseen":        {"请先查看证照，再登记结果。", "Look at the license first, then note the result."},
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
