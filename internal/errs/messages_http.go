package errs

// httpMessages are the words of the edge: what is wrong with a request as such.
var httpMessages = messages{
	"body.text":       {"有字符不是文字（空字符，或不是UTF-8的字节）。请删去后再试。", "There is a character that is no text: a zero byte, or bytes that are not UTF-8. Remove it and try again."},
	"body.syntax":     {"提交的内容不是正确的JSON。", "What you sent is not well-formed JSON."},
	"body.media":      {"不支持这种内容类型。", "This content type is not supported."},
	"body.slow":       {"等待提交的内容超时，请检查网络后再试。", "Waited too long for the content; check the network and try again."},
	"method.unknown":  {"这个地址不支持这种操作。", "This address does not support the method."},
	"accept.unknown":  {"没有您要求的回答格式；本接口以JSON回答。", "The format you asked for is not offered; this interface answers in JSON."},
	"request.origin":  {"请求来自其他网站，已拒绝。请从本站页面重新操作。", "The request came from another site and was refused; start again from this site."},
	"unavailable":     {"系统暂时不能服务，请稍后再试。", "The service is not available for the moment; try again later."},
	"field.too-short": {"此项至少{min}个字。", "At least {min} characters."},
	"field.range":     {"此项的数值超出范围。", "The number is out of range."},
	"field.count":     {"此项的个数不合要求。", "The number of entries is not allowed."},
	"field.option":    {"此项不在可选的值之中。", "This is not one of the values offered."},
	"field.date":      {"此项应是真实的日期，如 2026-03-01。", "This must be a real date such as 2026-03-01."},
	"field.time":      {"此项应是带时区的时间，如 2026-03-01T09:00:00+08:00。", "This must be a time with zone such as 2026-03-01T09:00:00+08:00."},
	"field.number":    {"此项应是数字。", "This must be a number."},
	"field.type":      {"此项的类型不对。", "This has the wrong type."},
	"field.format":    {"此项的格式不对。", "This has the wrong form."},
}
