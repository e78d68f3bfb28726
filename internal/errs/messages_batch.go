package errs

// batchMessages are the words about batches of licenses.
var batchMessages = messages{
	"batch.unknown":         {"没有这个批次。", "No such batch."},
	"batch.stage":           {"批次现在的状态不能这样做，请刷新后再看。", "The batch is not at a stage for this; reload it."},
	"batch.other-unit":      {"这个批次由别的单位经办，只有那个单位能暂停或取消。", "Another unit brought this batch in; only that unit can pause or end it."},
	"batch.not-yours":       {"这个批次由别的同事经办，只有他能改动。", "Another colleague brought this batch in; only they can change it."},
	"batch.many":            {"本单位还有{max}个没有办完的批次。请先办完或取消几个。", "Your unit has {max} unfinished batches. Finish or cancel some first."},
	"batch.clean":           {"这个批次没有出错的行。", "This batch has no faulty rows."},
	"batch.none-good":       {"没有可以制证的行。请先改正出错的行。", "There is no row to be made. Correct the faulty rows first."},
	"batch.purged":          {"批次已经结束，行里的内容已经删除。", "The batch is over and what its rows said is gone."},
	"batch.heading":         {"选的列在文件里没有，请重新选择。", "The file has no such column; choose again."},
	"batch.heading-twice":   {"“{columns}”选了同一列，请各选一列。", "“{columns}” take the same column; choose one for each."},
	"batch.heading-missing": {"还没有选列：{columns}。这些内容必填。", "Choose a column for: {columns}. They are required."},
	"batch.twice":           {"和名单第{row}行是同一本证照，请删去一行。", "The same license as row {row} of the list; delete one."},
	"batch.not-faulty":      {"交回的文件第{row}行的“名单行号”不是出错的行。请只改正错误文件里的行，不要改动“名单行号”。", "In row {row} of the corrected file, “Row of the list” names no faulty row. Correct only the rows of the file of errors and leave that column as it is."},
	"batch.issued-on":       {"颁发日期不能晚于今天。", "The date of issue cannot be after today."},
}
