package errs

// watchMessages are those of whoever looks at uses and at the log afterwards.
var watchMessages = messages{
	"usage.span":  {"请选择一段不超过366天的日期，止日不早于起日。", "Choose a span of at most 366 days that does not end before it begins."},
	"usage.many":  {"这段时间的使用记录超过20万条，请缩短日期。", "There are more than 200,000 uses in this span; choose a shorter one."},
	"look.span":   {"请选择一段不超过92天的日期，止日不早于起日。", "Choose a span of at most 92 days that does not end before it begins."},
	"log.stopped": {"存证日志已停止：新的记录照常保存，但不再入册。请系统管理员打开日志健康页面，按提示处理。", "The evidence log has stopped: new records are kept but take no place in it. An administrator should open the page of the log's health and do what it says."},
	"look.page":   {"翻页的位置不对，请从第一页重新查。", "This page cannot be found; begin at the first one."},
}
