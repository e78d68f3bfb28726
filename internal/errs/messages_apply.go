package errs

var applyMessages = messages{
	"application.unknown":      {"没有这项申请，或它不是您的。", "No such application, or it is not yours."},
	"application.no-power":     {"对方没有授权您代办事项。请对方在“我的代理人”中授权。", "You were not given the power to apply for them. Ask them to give it to you."},
	"application.handed-in":    {"申请已提交，正由受理单位办理。需要改动时，可以撤回后重新申请，或者等待补正通知。", "The application is with the unit. To change it, withdraw it and apply anew, or wait until you are asked for a correction."},
	"application.in-bundle":    {"这项申请是“一件事”中的一项，请在“一件事”页面一起提交。", "This application belongs to a life event; hand it in together with the others there."},
	"application.decided":      {"申请已经批准，正在制证，不能再撤回。", "The application has been approved and its license is being made; it can no longer be withdrawn."},
	"application.taken":        {"这个办件已由其他人受理。", "Somebody else has taken this case."},
	"application.missing":      {"系统里没有您的这种电子证照。有纸质证照的，可以申请补录，或者上传它的扫描件或照片；还没有办过的，可以先去申领。", "There is no such electronic license of yours here. If you have it on paper, ask for its electronic form or upload a scan or photo; if you have none, apply for one first."},
	"application.party-absent": {"还没有填写这项材料所属的人。没有的，可以不填。", "Whose license this is has not been entered. If there is nobody, leave it."},
	"correction.window":        {"这个办件不是网上申请的，请当面告知申请人。", "This case did not come in online; tell the applicant in person."},
	"attachment.unknown":       {"没有这个文件。", "No such file."},
	"attachment.kind":          {"只能上传PDF、OFD、JPEG或PNG文件。请换一个文件，或者拍照上传。", "Only PDF, OFD, JPEG and PNG files are taken. Choose another file, or take a photo."},
	"attachment.too-large":     {"文件超过10MB。请缩小后再上传。", "The file is larger than 10 MB. Make it smaller and try again."},
	"attachment.too-many":      {"一项材料最多上传{max}个文件。", "At most {max} files for one material."},
	"attachment.not-needed":    {"这项材料由电子证照满足，会自动取用，不用上传（榕政办〔2018〕214号第十五条）。", "An electronic license satisfies this material and is fetched by itself; no file is needed (榕政办〔2018〕214号 art. 15)."},
	"event.unknown":            {"没有这个“一件事”。", "No such life event."},
	"event.steps":              {"“一件事”应包含2至12个事项。", "A life event has 2 to 12 matters."},
	"event.twice":              {"同一个事项只能出现一次。", "A matter can stand in it only once."},
	"event.order":              {"只能等待排在前面的事项。", "A matter can wait only for earlier ones."},
	"bundle.unknown":           {"没有这项“一件事”申请，或它不是您的。", "No such application for a life event, or it is not yours."},
}
