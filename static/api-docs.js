// Shows the OpenAPI document. `validatorUrl: null` keeps Swagger UI from asking a server on the internet.
const element = document.getElementById("swagger-ui");

SwaggerUIBundle({ domNode: element, url: element.dataset.document, deepLinking: true, validatorUrl: null });
