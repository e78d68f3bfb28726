package errs

// webMessages are the words of the pages themselves.
var webMessages = messages{
	"page.unknown":   {"没有这个页面。请检查地址，或从首页重新开始。", "There is no such page. Check the address or start again from the home page."},
	"file.none":      {"请选择要核验的文件。", "Choose the file to check."},
	"file.too-large": {"文件超过20 MB。电子证照通常不到1 MB，请确认选对了文件。", "The file is larger than 20 MB. A license is usually under 1 MB; make sure you chose the right file."},
	"file.broken":    {"文件没有传完，请再试一次。", "The file did not arrive whole; try again."},
}
