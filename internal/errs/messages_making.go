package errs

var makingMessages = messages{
	"offline.keeps-holders": {"新版本的持证主体与原证照相同，不用再填。", "A new version keeps the holders of the license; leave them out."},
	"offline.future":        {"日期不能晚于今天。", "The day cannot be after today."},
	"offline.holder-name":   {"平台上这个代码登记的名称与所填的不同，请核对代码和名称。", "The platform knows this code under another name; check code and name."},
	"license.paper-used":    {"这个印刷编号已用于同类型的另一本证照。", "Another license of this type bears this printed number already."},
	"license.search":        {"请输入证照标识、证照编号或纸质证照的印刷编号。", "Enter the identifier, the number, or the printed number of the paper license."},
}
