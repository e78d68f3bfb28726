package errs

// stockMessages are the words about converting old licenses.
var stockMessages = messages{
	"stock.not-converter": {"这类证照现在不由您的单位负责，也没有委托您的单位转换。请由现在负责的单位转换，或先办理存量转换委托。", "Your unit neither answers for these licenses now nor is mandated to convert them. Let the unit that does convert them, or arrange a mandate first."},
	"stock.expired":       {"这本证照已经过期，不转换。", "This license has expired and is not converted."},
	"stock.ended":         {"名单上写明这本证照已经失效，不转换。", "The list says that this license is no longer in force; it is not converted."},
	"stock.there":         {"这个编号的证照平台上已经有了，不再转换。", "A license with this number is on the platform already."},
	"stock.another":       {"同一批里已有一行取代这本证照，请核对后另行转换。", "Another row of the batch takes this license's place already; check, and convert this one by itself."},
	"stock.older":         {"和平台上的是同一本证照，平台上的更新，不再转换。", "The same license as the one on the platform, which is newer."},
	"stock.dropped":       {"经办人确认不转换。", "Left out by word of its maker."},
	"stock.open":          {"还有{n}行要确认是不是同一本证照。请先逐行或一并确认。", "{n} rows wait for you to say whether they are the same license. Decide them first, one by one or all alike."},
	"stock.settled":       {"这一行已经确认过了，请刷新后再看。", "This row has been decided; reload."},
	"stock.planned":       {"应转换的数量填1到{max}之间的整数。", "Give a whole number from 1 to {max}."},
}
