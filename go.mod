module confit

go 1.26.0
