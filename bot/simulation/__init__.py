"""`hilum simulate`: a society tries its rota and its policies on simulated people, before the outbreak."""
