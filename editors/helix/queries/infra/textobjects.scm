(block body: (body) @class.inside) @class.around
(function value: (_) @function.inside) @function.around
(argument) @parameter.inside
(parameter) @parameter.inside
[(comment) (doc_comment)] @comment.inside
