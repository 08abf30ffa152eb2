module clef

go 1.19
